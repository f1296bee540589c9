const minutesOfDay = 24 * 60;
/** When Debian's apt-daily-upgrade.timer begins. */
const firstMinute = 6 * 60;
const longestStep = 60;

/**
 * When a node takes its unattended upgrades, `HH:MM` in its own time zone: an hour after the node before it, or less
 * where a day has not enough hours for all.
 */
export function upgradeTime(index: number, nodeCount: number): string {
  const step = Math.min(longestStep, minutesOfDay / nodeCount);
  const minute = Math.floor(firstMinute + (index - 1) * step) % minutesOfDay;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
