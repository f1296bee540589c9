import { beforeAll, describe, expect, it } from 'vitest';
import { bootLimitSeconds, describeBootedNode } from './booted-node.ts';
import { logIn } from './log-in.ts';
import { checkNode } from './node-facts.ts';
import { waitForVerdict, type Verdict } from './verdict.ts';

const platform = 'pc-bios';

describeBootedNode(
  'the image of an x86 node, started by a BIOS',
  {
    platform,
    profile: 'x86',
    count: 3,
    index: 2,
    architecture: 'x86_64',
    metaDataPath: '/var/lib/cloud/seed/nocloud/meta-data',
  },
  (booted) => {
    checkNode(booted);

    it('lets its user in over ssh, under the host key of the identity store', async () => {
      const result = await logIn({ ...loginTarget(), key: booted().cluster.userKey }, 'sudo -n hostname');
      expect(result.stderr).toBe('');
      expect(result.stdout.trim()).toBe(booted().expected.name);
    });

    it('offers no other way in over ssh than a key', async () => {
      const result = await logIn({ ...loginTarget(), key: null }, 'true');
      expect(result.exitCode).toBe(255);
      expect(result.stderr).toContain('Permission denied (publickey)');
    });

    describe('after a shutdown and a second start', () => {
      let second: Verdict | undefined;
      beforeAll(async () => {
        const { machine } = booted();
        await machine.shutDown();
        await machine.start();
        second = await waitForVerdict(machine.console, bootLimitSeconds(platform));
      });
      const observeAgain = (): { verdict: Verdict; expected: ReturnType<typeof booted>['expected'] } => {
        if (second === undefined) throw new Error('the node has not booted again');
        return { verdict: second, expected: booted().expected };
      };

      checkNode(observeAgain);

      it('is another boot of the same machine', () => {
        const { verdict } = observeAgain();
        expect(verdict.boot.id).not.toBe(booted().verdict.boot.id);
        expect(verdict.node.machineId).toBe(booted().verdict.node.machineId);
      });

      it('was not configured by cloud-init anew', () => {
        expect(observeAgain().verdict.cloudInit.configuredAt).toBe(booted().verdict.cloudInit.configuredAt);
      });
    });

    function loginTarget(): Omit<Parameters<typeof logIn>[0], 'key'> {
      const { cluster, expected, sshPort } = booted();
      return {
        directory: cluster.directory,
        node: expected.name,
        port: sshPort,
        hostKey: expected.identity.sshHostKey.publicKey,
        user: 'dlimage',
      };
    }
  },
);
