/**
 * Two nodes that start at the same time would wait 20 s for a first DC. A property of this set shortens that; tests shall
 * find a cluster as its builder left it, so the set goes as soon as there is a DC.
 */
const quickStart = 'lab-quick-start'

/** Commands that set the property, and delete it again. */
export const setQuickStart = `cibadmin --create -o crm_config --xml-text '<cluster_property_set id="${quickStart}"><nvpair id="${quickStart}-dc-deadtime" name="dc-deadtime" value="1s"/></cluster_property_set>'`
export const unsetQuickStart = `cibadmin --delete --xpath '//cluster_property_set[@id="${quickStart}"]'`
/** A test that succeeds if the CIB of a node lacks it. */
export const hasNoQuickStart = `! cibadmin -Q --local | grep -q ${quickStart}`
