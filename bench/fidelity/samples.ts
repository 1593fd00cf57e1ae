/** What was measured, by name: one value per repetition. */
export type Samples = Readonly<Record<string, readonly number[]>>;
