import type { ClusterKeyboard } from '../model/cluster.ts';
import { defaults } from '../model/defaults.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';

/** `keyboard` in full, or null to leave the base's own. */
export function resolveKeyboard(written: ClusterDefinition['keyboard']): ClusterKeyboard | null {
  if (written === undefined) return null;
  const {
    layout,
    variant = '',
    model = defaults.keyboardModel,
    options = '',
  } = typeof written === 'string' ? { layout: written } : written;
  return { layout, variant, model, options };
}
