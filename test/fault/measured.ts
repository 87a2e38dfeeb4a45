/** Times that a test has measured, for whoever reads its output. */

/** @param what the row, and what took so long */
export function measured(row: string, what: string, milliseconds: number): void {
  process.stderr.write(`measured: ${row}: ${what} ${Math.round(milliseconds)} ms\n`);
}

/** Milliseconds since now. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => performance.now() - began;
}
