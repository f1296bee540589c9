import { appendFileSync } from 'node:fs';

/** Seconds by what took them. */
export type Figures = Readonly<Record<string, number>>;

/** For the benchmark: the file that takes the figures. */
const file = process.env['DLIMAGE_BOOT_FIGURES'];

/** True when figures are the purpose, and may cost time. */
export const isMeasured = file !== undefined;

const recorded: { readonly scenario: string; readonly figures: Figures }[] = [];

/** Keeps what a scenario measured; for the benchmark also as a line of JSON. */
export function recordFigure(scenario: string, figures: Figures): void {
  recorded.push({ scenario, figures });
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ scenario, figures })}\n`);
}

/** Prints what was measured since the last time. */
export function printFigures(title: string): void {
  const lines = recorded
    .splice(0)
    .flatMap(({ scenario, figures }) => [
      `  ${scenario}`,
      ...Object.entries(figures).map(([what, seconds]) => `    ${seconds.toFixed(1).padStart(7)} s  ${what}`),
    ]);
  if (lines.length > 0) console.log([title, ...lines].join('\n'));
}
