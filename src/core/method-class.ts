/** What a call does, as links tell calls apart. */
export const METHOD_CLASSES = ['read', 'create', 'update', 'delete', 'custom'] as const;
export type MethodClass = (typeof METHOD_CLASSES)[number];
