import { silentProgress, type Progress } from '../../system/host/progress.ts';
import { formatWarning } from './format-warning.ts';

/** Progress for `--quiet`: warnings and nothing else. */
export function quietProgress(write: (line: string) => void): Progress {
  return { ...silentProgress, warn: (warning) => write(formatWarning(warning)) };
}
