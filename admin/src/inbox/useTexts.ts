import { useEffect, useState } from 'react';
import type { Pending } from './outbox';
import { forgetText, keepText, keptText, onTextElsewhere } from './typed';

type Kind = Pending['kind'];

/** What an agent typed and did not send, kept until it is. What another tab goes on with is gone on with here, unless this one has something else. */
export function useTexts(agent: string, conversation: string) {
  const [texts, setTexts] = useState(() => ({ say: keptText(agent, conversation, 'say'), note: keptText(agent, conversation, 'note') }));
  useEffect(() => {
    const follow = (kind: Kind) =>
      onTextElsewhere(agent, conversation, kind, (next, before) => setTexts((here) => (here[kind] === before ? { ...here, [kind]: next } : here)));
    const leave = [follow('say'), follow('note')];
    return () => leave.forEach((one) => one());
  }, [agent, conversation]);
  const keep = (kind: Kind, text: string) => {
    setTexts((before) => ({ ...before, [kind]: text }));
    keepText(agent, conversation, kind, text);
  };
  const sent = (kind: Kind) => {
    setTexts((before) => ({ ...before, [kind]: '' }));
    forgetText(agent, conversation, kind, texts[kind]);
  };
  return { texts, keep, sent };
}
