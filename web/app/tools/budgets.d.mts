export type Sizes = { shell: number; worker: number; visit: number };
export const BUDGETS: Sizes;
export function measure(folder: string): Sizes;
export function tooLarge(measured: Sizes, budgets?: Sizes): string[];
