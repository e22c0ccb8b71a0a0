/** The kinds of order constraints (Pacemaker Explained). */
export const orderKinds = ['Mandatory', 'Optional', 'Serialize'] as const
