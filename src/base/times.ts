// Times for people: durations as flags take them, what is left, dates. Rule: pure; in local time.

/** A duration as flags take it: `90s`, `12h`. */
export function flagTime(milliseconds: number): string {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000]] as const;
  const found = units.find(([, factor]) => milliseconds % factor === 0);
  const [unit, factor] = found ?? ["s", 1_000];
  return `${Math.round(milliseconds / factor)}${unit}`;
}

/** A time as JSON has it; null when there is none. */
export function isoTimeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** The time left as a clock shows it: `4:52`. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The local time of day, `14:35`; with the date when that is not today. */
export function clockTime(time: number, now: number): string {
  const full = dateTime(time);
  return full.slice(0, 10) === dateTime(now).slice(0, 10) ? full.slice(11) : full;
}

/** The local date and time: `2026-11-24 14:35`. By hand, since Intl costs milliseconds to load. */
export function dateTime(time: number): string {
  const date = new Date(time);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** How long, for people: `45 s`, `34 min`, `3 h`, `5 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
