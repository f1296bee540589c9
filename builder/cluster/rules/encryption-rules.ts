import type { Diagnostic } from '../../report/diagnostic.ts';
import { compareVersions } from '../../system/debian-packages/version.ts';

import { defaults } from '../model/defaults.ts';
import { error, warning } from '../../report/finding.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Since then the policies of the kernel follow the port. Source: moby#45636 */
const anyPortSince = '24.0';

/**
 * Since then packets are refused that come without encryption; 20.10 in what its distributions have by now.
 *
 * Source: CVE-2023-28840, fixed in 20.10.24
 */
const closedSince = '20.10';

function* encryptionOfOldDocker({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { isEncrypted, dataPathPort } = cluster.swarm;
  if (!isEncrypted) return;
  const at = locator.value(['swarm', 'encrypted']);
  const older = (version: string) =>
    cluster.nodes.find(
      ({ base }) =>
        base.from === 'definition' && compareVersions(base.definition.software.docker, version) < 0,
    );
  const portless = dataPathPort === defaults.dataPathPort ? undefined : older(anyPortSince);
  if (portless?.base.from === 'definition') {
    const { docker } = portless.base.definition.software;
    const message = `Docker ${docker} of base ${portless.base.name} encrypts on port ${defaults.dataPathPort} only, and nothing gets through on ${dataPathPort}`;
    const hint = `remove swarm.data_path_port, or use bases with Docker ${anyPortSince} or newer`;
    yield error('encryption-port', at, message, hint);
  }
  const open = older(closedSince);
  if (open?.base.from === 'definition') {
    const { docker } = open.base.definition.software;
    const message = `Docker ${docker} of base ${open.base.name} encrypts, but also takes what comes to an encrypted network without encryption`;
    yield warning('encryption-open', at, message, 'use another base where the LAN is not trusted');
  }
}

/** Rules about the encryption of overlay networks. */
export const encryptionRules: readonly Rule[] = [
  {
    reads: ['swarm.encrypted', 'swarm.data_path_port', 'base', 'profile', 'nodes'],
    check: encryptionOfOldDocker,
  },
];
