/** An email as a lead would get it, made by the renderer that sends, for somebody who looks at it first. */
import { DEFAULT_LANGUAGE } from '../core/language.ts';
import { isSending, type Playbook, type Purpose } from '../core/playbook.ts';
import { createRenderer, type RenderedEmail, type RenderInput } from './render.ts';

export interface Preview extends RenderedEmail {
  readonly email: string;
  /** Whose cadence sends it: decides the sender and why the footer says it came. */
  readonly purpose: Purpose;
  /** Every language there is it in, the playbook's own first. */
  readonly languages: readonly string[];
}

export interface PreviewInput extends Pick<RenderInput, 'lead' | 'rep' | 'language'> {
  /** Absent: that of the first cadence which sends the email. */
  readonly purpose?: Purpose | undefined;
  /** Where the unsubscribe link leads; the one of a preview unsubscribes nobody. */
  readonly publicUrl: string;
}

/** @throws VolleyError `email-unknown`, and whatever keeps the renderer from making it */
export function previewEmail(playbook: Playbook, email: string, input: PreviewInput): Preview {
  const { lead, rep, language, publicUrl } = input;
  const purpose = input.purpose ?? purposeOf(playbook, email);
  const unsubscribeUrl = `${publicUrl}/u/preview`;
  const made = createRenderer(playbook).render(email, { purpose, lead, rep, language, unsubscribeUrl });
  const own = playbook.company.language ?? DEFAULT_LANGUAGE;
  return { ...made, email, purpose, languages: [own, ...Object.keys(playbook.emails[email]?.languages ?? {})] };
}

function purposeOf({ cadences, emails }: Playbook, email: string): Purpose {
  const topic = emails[email]?.topic;
  const sending = Object.values(cadences).find(({ steps }) =>
    Object.values(steps).some(
      (step) => isSending(step) && (step.kind === 'email' ? step.email === email : step.topic === topic),
    ),
  );
  return sending?.purpose ?? 'marketing';
}
