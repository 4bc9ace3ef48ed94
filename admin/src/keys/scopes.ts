interface Resource {
  name: string;
  label: string;
  about: string;
  verbs: readonly Verb[];
}

export type Verb = 'read' | 'write' | 'configure';
/** Each with its column. */
export const VERBS: readonly { verb: Verb; label: string }[] = [
  { verb: 'read', label: 'Read' },
  { verb: 'write', label: 'Change' },
  { verb: 'configure', label: 'Configure' },
];

/** What a program may be given: keys make no keys and decide on nobody's membership. */
export const RESOURCES: readonly Resource[] = [
  { name: 'conversations', label: 'Conversations', about: 'What was said, answering and notes', verbs: ['read', 'write'] },
  { name: 'tickets', label: 'Tickets', about: 'Making, changing and reading tickets; categories and routing', verbs: ['read', 'write', 'configure'] },
  { name: 'analytics', label: 'Analytics', about: 'What happened, in figures; what was asked takes Conversations, too', verbs: ['read'] },
  { name: 'knowledge', label: 'Knowledge', about: 'Documents, sources, golden questions; gaps take Conversations, too', verbs: ['read', 'write'] },
  { name: 'spaces', label: 'Spaces', about: 'Settings, publishing, keys of a space', verbs: ['read', 'write'] },
  { name: 'team', label: 'Team', about: 'Members, teams, invitations', verbs: ['read'] },
  { name: 'audit', label: 'Audit log', about: 'Who did what', verbs: ['read'] },
  { name: 'billing', label: 'Billing', about: 'The plan, how much of it is used, and what models cost', verbs: ['read'] },
];

/** The scopes with one more or less. Who may change something may read it. */
export function toggled(scopes: readonly string[], scope: string, on: boolean): string[] {
  const [resource, verb] = scope.split(':');
  const reading = `${resource}:read`;
  if (!on) return scopes.filter((one) => one !== scope && !(verb === 'read' && one.startsWith(`${resource}:`)));
  const without = scopes.filter((one) => one !== scope);
  return verb === 'read' || without.includes(reading) ? [...without, scope] : [...without, reading, scope];
}

/** As a line of a list: "knowledge, spaces (read)". */
export function inWords(scopes: readonly string[]): string {
  const names = [...new Set(scopes.map((scope) => scope.split(':')[0] ?? scope))];
  const label = (name: string) => RESOURCES.find((resource) => resource.name === name)?.label ?? name;
  const verbs = (name: string) => [scopes.includes(`${name}:read`) && 'read', scopes.includes(`${name}:write`) && 'change', scopes.includes(`${name}:configure`) && 'configure'];
  return names.map((name) => `${label(name)}: ${verbs(name).filter(Boolean).join(' and ')}`).join(', ');
}
