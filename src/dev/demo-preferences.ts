/** What example leads do on their preference page: they read it and send one of its forms, as a browser does. */

/** Declines the topic, or asks for a pause without one. A page that does not offer it is left as it is. */
export async function choose(link: string, topic: string | undefined): Promise<void> {
  const page = await (await fetch(link)).text();
  const body = topic === undefined ? pauseIn(page) : without(page, topic);
  if (body === undefined) return;
  const response = await fetch(link, { method: 'POST', body, redirect: 'error' });
  if (!response.ok) throw new Error(`the preference page answered ${response.status}`);
}

const pauseIn = (page: string): URLSearchParams | undefined =>
  page.includes('value="pause"') ? new URLSearchParams({ do: 'pause' }) : undefined;

/** The form of the topics with all that is ticked but this one. */
function without(page: string, topic: string): URLSearchParams | undefined {
  const ticked = [...page.matchAll(/name="topic" value="([^"]+)" checked/g)].map((box) => box[1] ?? '');
  if (!ticked.includes(topic)) return undefined;
  const form = new URLSearchParams({ do: 'topics' });
  for (const wanted of ticked) if (wanted !== topic) form.append('topic', wanted);
  return form;
}
