import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { spacesQuery } from '../spaces/api';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Select } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { PRIORITIES } from '../tickets/api';
import { priorityLabel } from '../tickets/words';
import type { Condition, RoutingTried, Rule, RuleTried } from './api';
import { conditionLabel, givenInWords, valueInWords, type Names } from './words';

/** Which rule a ticket would take, and why. */
export function TryRouting({ rules, names }: { rules: readonly Rule[]; names: Names }) {
  const api = useApi();
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const [ticket, setTicket] = useState({ text: '', space: '', locale: '', plan: '', priority: '', hours: '' });
  const change = (some: Partial<typeof ticket>) => setTicket({ ...ticket, ...some });
  const { mutate, data: tried, isPending, error } = useMutation({
    mutationFn: () =>
      api.post<RoutingTried>('/api/routing-rules/try', {
        text: ticket.text,
        space: ticket.space || null,
        locale: ticket.locale.trim() || null,
        plan: ticket.plan.trim() || null,
        priority: ticket.priority || null,
        hours: ticket.hours || null,
      }),
  });
  return (
    <section aria-label="Try it" className="rounded-xl border border-line bg-sunken p-4">
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <Field label="Which rule would this ticket take?" required maxLength={2_000} value={ticket.text} placeholder="What a customer would write" onChange={({ target }) => change({ text: target.value })} />
        <div className="grid items-end gap-3 sm:grid-cols-3">
          <Select label="Space" value={ticket.space} onChange={({ target }) => change({ space: target.value })}>
            <option value="">The first one</option>
            {spaces.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
          <Field label="Language" maxLength={60} value={ticket.locale} placeholder="de" onChange={({ target }) => change({ locale: target.value })} />
          <Field label="Plan" maxLength={60} value={ticket.plan} placeholder="pro" onChange={({ target }) => change({ plan: target.value })} />
          <Select label="Priority" value={ticket.priority} onChange={({ target }) => change({ priority: target.value })}>
            <option value="">By its words</option>
            {PRIORITIES.map((priority) => (
              <option key={priority} value={priority}>
                {priorityLabel(priority)}
              </option>
            ))}
          </Select>
          <Select label="Time" value={ticket.hours} onChange={({ target }) => change({ hours: target.value })}>
            <option value="">Now</option>
            <option value="within">Within hours</option>
            <option value="outside">Outside hours</option>
          </Select>
          <Button type="submit" disabled={isPending || !ticket.text.trim()}>
            Try it
          </Button>
        </div>
      </form>
      <Refusal error={error} />
      {tried && <Outcome tried={tried} rules={rules} names={names} />}
    </section>
  );
}

function Outcome({ tried, rules, names }: { tried: RoutingTried; rules: readonly Rule[]; names: Names }) {
  const of = (id: string) => rules.find((rule) => rule.id === id);
  const taken = tried.rules.find(({ outcome }) => outcome === 'taken');
  const rule = taken && of(taken.rule);
  const facts = [
    tried.category ? `category ${valueInWords(tried.category, names)}` : 'no category',
    ...tried.moods.map((mood) => valueInWords(mood, names)),
    valueInWords(tried.hours, names),
  ];
  return (
    <div role="status" className="mt-4 space-y-2">
      <p>
        {rule ? (
          <>
            It takes <span className="font-medium">{rule.name}</span>: {givenInWords(rule, names)}.
          </>
        ) : (
          'It takes no rule, and is nobody’s.'
        )}
      </p>
      <p className="text-xs text-mute">Read from it: {facts.join(', ')}.</p>
      <ol className="space-y-1 text-xs">
        {tried.rules.map((one) => (
          <li key={one.rule} className={one.outcome === 'taken' ? 'text-ink' : 'text-mute'}>
            <span className="font-medium">{of(one.rule)?.name ?? 'A deleted rule'}</span>: {reasonOf(one, names)}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What is another one than a rule asks for. */
const MISSED: Record<Condition, string> = {
  category: 'another category',
  language: 'another language',
  mood: 'another mood',
  plan: 'another plan',
  priority: 'another priority',
  space: 'another space',
  hours: 'at another time',
};

function reasonOf({ outcome, why, missed }: RuleTried, names: Names): string {
  switch (outcome) {
    case 'taken':
      return why.length === 0 ? 'it holds for every ticket' : why.map(({ condition, value }) => (condition === 'hours' ? valueInWords(value, names) : `${conditionLabel(condition)} is ${valueInWords(value, names)}`)).join(', ');
    case 'later':
      return 'would hold, but comes later';
    case 'off':
      return 'is off';
    case 'missed':
      return missed ? MISSED[missed] : 'does not hold';
  }
}
