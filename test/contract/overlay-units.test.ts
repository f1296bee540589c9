import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const overlays = join(import.meta.dirname, '../../overlays');

/** Every service of the overlays that does its work once, by the start of the system. */
const services = readdirSync(overlays, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith('.service'))
  .map((file) => relative(overlays, join(file.parentPath, file.name)))
  .map((path) => ({ path, text: readFileSync(join(overlays, path), 'utf8') }))
  .filter(
    ({ text }) => /^Type=oneshot$/m.test(text) && /^WantedBy=(sysinit|basic|multi-user)\.target$/m.test(text),
  );

/**
 * A target that is not reached yet is asked for by every unit that needs it, and asks for its own units again each time:
 * one that has ended would run once more, in the middle of the start. Seen with the unit that makes cloud-init forget.
 */
describe('a unit that does its work once at a start', () => {
  it('is found', () => {
    expect(services.map(({ path }) => path)).toContain(
      'hardening/rootfs/etc/systemd/system/dlimage-begin-first-boot.service',
    );
  });

  it.each(services)('$path counts as started when it has ended', ({ text }) => {
    expect(text).toMatch(/^RemainAfterExit=yes$/m);
  });

  it('makes cloud-init forget an unfinished first boot by no condition that is true later', () => {
    const unit = services.find(({ path }) => path.endsWith('/dlimage-begin-first-boot.service'));
    expect(unit?.text.match(/^Condition.*$/gm)).toEqual([
      'ConditionPathExists=!/etc/cloud/cloud-init.disabled',
    ]);
  });
});
