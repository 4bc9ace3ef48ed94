/** When something that is put off may come back: soon, and at times when people work. */
export function snoozes(now: Date): { label: string; until: Date }[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { label: 'In an hour', until: new Date(now.getTime() + 60 * 60_000) },
    ...(now.getHours() < 14 ? [{ label: 'This afternoon', until: at(0, 15) }] : []),
    { label: 'Tomorrow', until: at(1, 9) },
    // On a Monday the next one is in a week.
    ...(untilMonday > 1 && untilMonday < 7 ? [{ label: 'Monday', until: at(untilMonday, 9) }] : []),
    { label: 'In a week', until: at(7, 9) },
  ];
}
