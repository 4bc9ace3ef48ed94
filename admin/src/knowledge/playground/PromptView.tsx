import { count } from '../words';
import type { Prompt } from './api';

/** What the space's first model would be asked, word for word. */
export function PromptView({ prompt }: { prompt: Prompt }) {
  return (
    <div className="space-y-3">
      <p className="text-xs text-mute">
        Model {prompt.model} · {count(prompt.tokens, 'token')} · {count(prompt.max_tokens, 'token')} of answer at most
        {prompt.temperature !== null && ` · temperature ${prompt.temperature}`}
      </p>
      <Part name="System" text={prompt.system} />
      {prompt.messages.map(({ role, text, tokens }, i) => (
        <Part key={i} name={`${role === 'user' ? 'Visitor' : 'Assistant'}, ${count(tokens, 'token')}`} text={text} />
      ))}
    </div>
  );
}

function Part({ name, text }: { name: string; text: string }) {
  return (
    <section>
      <h4 className="mb-1 text-xs font-medium text-mute">{name}</h4>
      {/* Scrolls inside, so the keyboard must reach it. */}
      <pre tabIndex={0} className="max-h-80 overflow-y-auto rounded-lg bg-ground p-3.5 font-mono text-xs leading-relaxed wrap-anywhere whitespace-pre-wrap outline-accent focus-visible:outline-2">
        {text}
      </pre>
    </section>
  );
}
