import { expect, it } from 'vitest';
import type { ClusterNode } from '../cluster/cluster-of-machines.ts';

/** Registers the facts about a node on Wi-Fi whose image is like Raspberry Pi OS. */
export function checkRaspberryPiOs(node: () => ClusterNode): void {
  const ask = async (command: string): Promise<string> => (await node().shell.runAsRoot(command)).trim();

  it('lets people in without a word of nobody being able to', async () => {
    const stranger =
      'ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=INFO nobody@localhost';
    const said = await ask(`${stranger} true 2>&1 || true`);
    expect(said).toContain('Permission denied');
    expect(said).not.toContain('Nobody can log in');
    expect(await ask('systemctl is-active getty@tty1.service')).toBe('active');
    expect(await ask('id -u pi 2>/dev/null || echo none')).toBe('none');
  });

  it('keeps its machine id and its journal over all starts', async () => {
    const id = await ask('cat /etc/machine-id');
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await ask('ls /var/log/journal')).toBe(id);
  });

  it('arms the watchdog when the boot is done and not before', async () => {
    expect(
      await ask('systemd-analyze cat-config systemd/system.conf | grep ^RuntimeWatchdogSec | tail -n 1'),
    ).toBe('RuntimeWatchdogSec=off');
  });

  it('has its radio on, in the country of the definition, and is in the network by it', async () => {
    expect(await ask('cat /var/lib/NetworkManager/NetworkManager.state')).toContain('WirelessEnabled=true');
    expect(await ask('sort -u /sys/class/rfkill/rfkill*/soft')).toBe('0');
    expect(await ask('cat /sys/module/cfg80211/parameters/ieee80211_regdom')).toBe('DE');
    expect(await ask('iw dev wlan0 link')).toContain('SSID: attic');
    expect(await ask('ip -4 -o addr show scope global')).toMatch(/wlan0 +inet 192\.168\.77\.21\/24/);
    expect(await ask('ip route get 192.168.77.9')).toContain('dev wlan0');
    expect(await ask('stat -c %a /etc/netplan/60-dlimage-wifi.yaml')).toBe('600');
  });
}
