import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';

/** A folder or file of the node that a container sees. */
export interface StackBind {
  readonly path: DefinitionPath;
  /** Path on the node, as written. */
  readonly source: string;
  /** Path in the container; undefined for the device of a volume. */
  readonly target: string | undefined;
}

/** A mount of a named volume. */
export interface VolumeMount {
  readonly path: DefinitionPath;
  readonly volume: string;
}

/** Mount of an item of a service's `volumes:`. */
export interface ServiceMount {
  readonly bind?: StackBind;
  readonly volume?: VolumeMount;
  /** Why Docker refuses it. */
  readonly wrong?: { readonly path: DefinitionPath; readonly reason: string };
}

/**
 * Understands an item of a service's `volumes:`. The short form is `source:target[:options]`; a source that begins with
 * neither `/`, `.` nor `~` is a volume's name. Source: docker/cli, cli/compose/loader/volume.go.
 */
export function parseMount(written: unknown, path: DefinitionPath): ServiceMount {
  if (isMapping(written)) return longForm(written, path);
  if (typeof written !== 'string') return {};
  const parts = written.split(':');
  const wrong = (reason: string): ServiceMount => ({ wrong: { path, reason } });
  if (written === '') return wrong('it is empty');
  if (parts.includes('')) return wrong('nothing stands between its colons');
  if (parts.length > 3) return wrong('it has too many colons');
  const [source = '', target] = parts;
  if (target === undefined) return {};
  return /^[/.~]/.test(source) ? { bind: { path, source, target } } : { volume: { path, volume: source } };
}

function longForm(written: Readonly<Record<string, unknown>>, path: DefinitionPath): ServiceMount {
  const { type, source, target } = written;
  const into = typeof target === 'string' ? target : undefined;
  if (type === 'bind' && (source === undefined || source === '')) {
    return { wrong: { path, reason: 'it has no source' } };
  }
  if (typeof source !== 'string') return {};
  if (type === 'bind') return { bind: { path: [...path, 'source'], source, target: into } };
  return type === 'volume' ? { volume: { path: [...path, 'source'], volume: source } } : {};
}
