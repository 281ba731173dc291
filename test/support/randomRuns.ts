/** With how many random cases a property is tried; with fewer where the tests run once for each of a thousand mutants. */
export const randomRuns = (usual: number): number => Math.min(usual, Number(process.env.TEST_RANDOM_RUNS ?? usual));
