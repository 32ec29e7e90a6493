// Numbers and times as people read them. Sentences come from the server, never from here.

/** 1245 → "1,245". */
export function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

/** 95 → "about 2 min left"; nothing while it is not known. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  if (seconds < 5400) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  return `about ${number(Math.round(seconds / 360) / 10)} h left`;
}

/** "1 credit", "1,245 credits". */
export function credits(count: number): string {
  return `${number(count)} ${count === 1 ? 'credit' : 'credits'}`;
}

/** A moment as date and time of this device. */
export function moment(time: string | number): string {
  const when = typeof time === 'number' ? new Date(time * 1000) : new Date(time);
  return when.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** A moment as time of day with seconds. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

/** What a function is called, as on the button that starts it. */
const FUNCTIONS: Record<string, string> = {
  auto_cluster: 'Cluster keywords',
  create_tasks: 'Send to writer',
  final_review: 'Review',
};

/** "create_tasks" → "Send to writer": the word of the button, wherever the function is named. */
export function functionName(name: string): string {
  return FUNCTIONS[name] ?? label(name);
}

/** A name of the API as a word: `items_total` → "Items total". */
export function label(name: string): string {
  const words = name.replaceAll('_', ' ').replace(/\b(h1|html)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}
