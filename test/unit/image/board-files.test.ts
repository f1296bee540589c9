import { describe, expect, it } from 'vitest';
import {
  commandLinePath,
  editCommandLine,
  editConfig,
  overlayDirectories,
  overlayName,
} from '../../../builder/image/board-files.ts';

const ubuntu =
  'console=serial0,115200 multipath=off dwc_otg.lpm_enable=0 console=tty1 root=LABEL=writable rootfstype=ext4 rootwait fixrtc\n';

describe('cmdline.txt', () => {
  it('gets what it lacks at its end, on its one line', () => {
    const edited = editCommandLine(ubuntu, ['cgroup_enable=memory', 'cgroup_memory=1']);
    expect(edited).toBe(`${ubuntu.trimEnd()} cgroup_enable=memory cgroup_memory=1\n`);
    expect(editCommandLine(edited, ['cgroup_memory=1', 'cgroup_enable=memory'])).toBe(edited);
  });

  it('stays as it is, byte for byte, when nothing is missing', () => {
    const odd = 'root=/dev/mmcblk0p2  rootwait   quiet';
    expect(editCommandLine(odd, ['quiet'])).toBe(odd);
  });

  it('takes no word for another that it begins with', () => {
    expect(editCommandLine('cgroup_enable=memory,cpuset\n', ['cgroup_enable=memory'])).toBe(
      'cgroup_enable=memory,cpuset cgroup_enable=memory\n',
    );
  });
});

describe('config.txt', () => {
  const vendor = '# For more options\ndtparam=audio=on\n[cm4]\notg_mode=1\nenable_uart=1\n';

  it('gets what it lacks, for every board', () => {
    expect(editConfig(vendor, ['dtparam=audio=on', 'enable_uart=1'])).toBe(
      `${vendor}# Begin of what dlimage added\n[all]\nenable_uart=1\n# End of what dlimage added\n`,
    );
  });

  it('is the same when it is edited twice, and follows what is wanted', () => {
    const once = editConfig(vendor, ['enable_uart=1', 'dtoverlay=i2c-rtc,ds3231']);
    expect(editConfig(once, ['enable_uart=1', 'dtoverlay=i2c-rtc,ds3231'])).toBe(once);
    expect(editConfig(once, [])).toBe(vendor);
  });

  it('counts what stands below [all] again', () => {
    expect(editConfig(`${vendor}[all]\nenable_uart=1`, ['enable_uart=1'])).toBe(
      `${vendor}[all]\nenable_uart=1`,
    );
  });

  it('says where overlays are: by the prefix of the system first', () => {
    expect(overlayDirectories(vendor)).toEqual(['/overlays/']);
    expect(overlayDirectories('[all]\nos_prefix=current/\n')).toEqual(['/current/overlays/', '/overlays/']);
    expect(overlayName('i2c-rtc,ds3231,addr=0x68')).toBe('i2c-rtc');
  });

  it('says where the command line is', () => {
    expect(commandLinePath(vendor)).toBe('/cmdline.txt');
    expect(commandLinePath('[all]\nos_prefix=current/\n[pi5]\ncmdline=other.txt\n')).toBe(
      '/current/cmdline.txt',
    );
  });
});
