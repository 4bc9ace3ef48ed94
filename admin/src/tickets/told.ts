import type { Differences, TicketEvent } from './api';

const VIA: Record<string, string> = { handoff: 'when the conversation was handed over', agent: 'by hand', api: 'through the API', mail: 'from an e-mail' };
const NAMES: Record<string, string> = {
  subject: 'the subject',
  status: 'the status',
  priority: 'the priority',
  tags: 'the tags',
  team: 'the team',
  category: 'the category',
  assignee: 'the assignee',
  conversation: 'the conversation',
};

function inWords(value: unknown, names: ReadonlyMap<string, string>): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  if (Array.isArray(value)) return value.join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return names.get(text) ?? text;
}

function changed(body: Differences, names: ReadonlyMap<string, string>): string {
  // How likely the category is stands beside the changes, and is none.
  const changes = Object.entries(body).filter(([name]) => name !== 'score');
  const parts = changes.map(([name, { from, to }]) => {
    if (name === 'first_responded_at') return 'answered for the first time';
    if (name === 'conversation') return 'linked it to its conversation';
    if (name === 'category_by') return from === 'classifier' ? 'confirmed the category' : 'said that it is of no category';
    if (name === 'contact') return 'made it the ticket of a merged contact';
    return `changed ${NAMES[name] ?? name} from ${inWords(from, names)} to ${inWords(to, names)}`;
  });
  return parts.join(', ');
}

const awaited = ({ deadline }: TicketEvent['body']) => (deadline === 'resolution' ? 'resolution' : 'first response');
/** Which rule a ticket took. */
function routed({ rule, assignee_name: agent }: Record<string, unknown>): string {
  const name = typeof rule === 'object' && rule !== null && 'name' in rule ? `“${String(rule.name)}”` : 'a rule';
  return `routed it by ${name}${typeof agent === 'string' ? ` to ${agent}` : ''}`;
}

/**
 * What somebody did, as a sentence that their name begins.
 *
 * @param names what ids stand for
 */
export function told({ kind, body }: TicketEvent, names: ReadonlyMap<string, string>): string {
  const other = typeof body.ticket === 'number' ? `ticket #${body.ticket}` : 'a conversation';
  const merged = `#${String(body.number)} “${String(body.subject)}”`;
  const watcher = typeof body.name === 'string' ? body.name : 'a former member';
  switch (kind) {
    case 'created':
      return `created the ticket ${VIA[String(body.via)] ?? ''}`.trim();
    case 'changed':
      return changed(body as Differences, names);
    case 'routed':
      return routed(body);
    case 'note':
      return 'wrote a note';
    case 'merged':
      return `merged ${merged} into this ticket`;
    case 'merged_into':
      return `merged this ticket into ${merged}`;
    case 'linked':
      return `linked ${other}`;
    case 'unlinked':
      return `removed the link to ${other}`;
    case 'watched':
      return `added ${watcher} as a watcher`;
    case 'unwatched':
      return `removed ${watcher} as a watcher`;
    case 'sla_at_risk':
      return `noted that the ${awaited(body)} is due soon`;
    case 'sla_breached':
      return `noted that the ${awaited(body)} is overdue`;
  }
}
