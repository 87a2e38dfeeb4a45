/** A bar on a terminal for work that takes its time; elsewhere nothing. */

const WIDTH = 30;

export class Progress {
  private isDrawn = false;

  constructor(
    private readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
    private readonly what: string,
    private readonly isWanted: boolean,
  ) {}

  /** @param share 0 to 1 */
  draw(share: number, words: string): void {
    if (!this.isWanted || this.stream.isTTY !== true) return;
    const line = `${this.what} ${bar(share)} ${words}`;
    this.stream.write(`\r\u001B[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
    this.isDrawn = true;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.isDrawn) this.stream.write('\r\u001B[K');
    this.isDrawn = false;
  }
}

/** `[█████░░░░░]  50 %` */
export function bar(share: number): string {
  const whole = Math.min(1, Math.max(0, share));
  const full = Math.floor(whole * WIDTH);
  return `[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}] ${String(Math.floor(whole * 100)).padStart(3)} %`;
}
