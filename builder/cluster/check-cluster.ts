import type { Diagnostic } from '../report/diagnostic.ts';
import { addressRules } from './rules/address-rules.ts';
import { baseImageRules } from './rules/base-image-rules.ts';
import { boardRules } from './rules/board-rules.ts';
import { cloudConfigRules } from './rules/cloud-config-rules.ts';
import { contentRules } from './rules/content-rules.ts';
import { dockerRules } from './rules/docker-rules.ts';
import { dockerValueRules } from './rules/docker-value-rules.ts';
import { fileRules } from './rules/file-rules.ts';
import { imageRules } from './rules/image-rules.ts';
import { joinRules } from './rules/join-rules.ts';
import { keyBaseRules } from './rules/key-base-rules.ts';
import { keyRules } from './rules/key-rules.ts';
import { keyboardRules } from './rules/keyboard-rules.ts';
import { linkRules } from './rules/link-rules.ts';
import { localeRules } from './rules/locale-rules.ts';
import { networkRules } from './rules/network-rules.ts';
import { nodeRules } from './rules/node-rules.ts';
import { encryptionRules } from './rules/encryption-rules.ts';
import { portRules } from './rules/port-rules.ts';
import type { Rule, RuleContext } from './rules/rule.ts';
import { shellRules } from './rules/shell-rules.ts';
import { skippedTargetRules } from './rules/skipped-target-rules.ts';
import { sshdRules } from './rules/sshd-rules.ts';
import { stackConflictRules } from './rules/stack-conflict-rules.ts';
import { stackEngineRules } from './rules/stack-engine-rules.ts';
import { stackEnvFileRules } from './rules/stack-env-file-rules.ts';
import { stackMountRules } from './rules/stack-mount-rules.ts';
import { stackNetworkRules } from './rules/stack-network-rules.ts';
import { stackPlacementRules } from './rules/stack-placement-rules.ts';
import { stackRules } from './rules/stack-rules.ts';
import { stackSchemaRules } from './rules/stack-schema-rules.ts';
import { stackSubnetRules } from './rules/stack-subnet-rules.ts';
import { stackValueRules } from './rules/stack-value-rules.ts';
import { stackVariableRules } from './rules/stack-variable-rules.ts';
import { stackStorageRules } from './rules/stack-storage-rules.ts';
import { storageRules } from './rules/storage-rules.ts';
import { sudoersRules } from './rules/sudoers-rules.ts';
import { swarmRules } from './rules/swarm-rules.ts';
import { timeZoneRules } from './rules/time-zone-rules.ts';
import { targetClashRules } from './rules/target-clash-rules.ts';
import { targetModeRules } from './rules/target-mode-rules.ts';
import { targetRules } from './rules/target-rules.ts';
import { userRules } from './rules/user-rules.ts';
import { wifiEnterpriseRules } from './rules/wifi-enterprise-rules.ts';
import { wifiRules } from './rules/wifi-rules.ts';
import { isDamaged, type Topic } from './schema/topic.ts';

/** Every rule there is, by topic; each file ends with the list of its own. */
const rules: readonly Rule[] = [
  ...nodeRules,
  ...networkRules,
  ...linkRules,
  ...wifiRules,
  ...wifiEnterpriseRules,
  ...addressRules,
  ...boardRules,
  ...baseImageRules,
  ...storageRules,
  ...swarmRules,
  ...dockerRules,
  ...dockerValueRules,
  ...joinRules,
  ...userRules,
  ...shellRules,
  ...timeZoneRules,
  ...keyboardRules,
  ...localeRules,
  ...keyRules,
  ...keyBaseRules,
  ...fileRules,
  ...targetRules,
  ...targetClashRules,
  ...skippedTargetRules,
  ...targetModeRules,
  ...contentRules,
  ...sudoersRules,
  ...sshdRules,
  ...cloudConfigRules,
  ...imageRules,
  ...stackRules,
  ...stackSchemaRules,
  ...stackVariableRules,
  ...stackEnvFileRules,
  ...stackValueRules,
  ...stackEngineRules,
  ...stackConflictRules,
  ...stackMountRules,
  ...stackStorageRules,
  ...stackNetworkRules,
  ...stackSubnetRules,
  ...stackPlacementRules,
  ...portRules,
  ...encryptionRules,
];

/** Runs every rule whose topics are sound. Each rule takes time in proportion to the number of nodes, keys or files. */
export function checkCluster(context: RuleContext, damaged: ReadonlySet<Topic>): Diagnostic[] {
  const sound = rules.filter((rule) => !rule.reads.some((topic) => isDamaged(topic, damaged)));
  return sound.flatMap((rule) => [...rule.check(context)]);
}
