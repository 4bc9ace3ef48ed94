interface Kind {
  label: string;
  /** What one is called where its name is not known. */
  one: string;
  /** Stands before the name, where that does not say what it is. */
  named?: string;
  /** Completes "Dana …", with the thing's name for `{}`. */
  acts: Record<string, string>;
}

/** What is done, by what it is done to. */
export const ACTIONS: Record<string, Kind> = {
  'space.': {
    label: 'Spaces',
    one: 'a space',
    acts: {
      'space.create': 'created {}',
      'space.change': 'changed {}',
      'space.publish': 'published {}',
      'space.unpublish': 'unpublished {}',
      'space.restore': 'restored a version of {}',
      'space.rotate_key': 'changed the public key of {}',
      'space.archive': 'archived {}',
      'space.unarchive': 'brought back {}',
      'space.remove': 'deleted {}',
    },
  },
  'identity_key.': {
    label: 'Identity keys',
    one: 'an identity key',
    acts: {
      'identity_key.create': 'made an identity key',
      'identity_key.retire': 'retired an identity key',
      'identity_key.remove': 'removed an identity key',
    },
  },
  'document.': {
    label: 'Documents',
    one: 'a document',
    acts: { 'document.put': 'added {}', 'document.reprocess': 'had {} read again', 'document.remove': 'deleted {}' },
  },
  'source.': {
    label: 'Sources',
    one: 'a source',
    acts: { 'source.put': 'added {}', 'source.read': 'had {} read again', 'source.remove': 'removed {}' },
  },
  'golden_question.': {
    label: 'Golden questions',
    one: 'a golden question',
    acts: {
      'golden_question.add': 'added a golden question',
      'golden_question.change': 'changed a golden question',
      'golden_question.remove': 'removed a golden question',
    },
  },
  'sla_policy.': {
    label: 'Deadline policies',
    one: 'a deadline policy',
    acts: {
      'sla_policy.create': 'made {}',
      'sla_policy.change': 'changed {}',
      'sla_policy.order': 'put the deadline policies in order',
      'sla_policy.remove': 'deleted {}',
    },
  },
  'experiment.': {
    label: 'A/B tests',
    one: 'an A/B test',
    acts: { 'experiment.start': 'started {}', 'experiment.end': 'ended {}' },
  },
  'gap.': {
    label: 'Knowledge gaps',
    one: 'a knowledge gap',
    acts: {
      'gap.answer': 'answered a knowledge gap',
      'gap.dismiss': 'dismissed a knowledge gap',
      'gap.reopen': 'opened a knowledge gap again',
    },
  },
  'golden_run.': { label: 'Golden runs', one: 'the golden questions', acts: { 'golden_run.ask': 'ran the golden questions' } },
  'member.': {
    label: 'Members',
    one: 'somebody',
    acts: {
      'member.invite': 'invited {}',
      'member.uninvite': 'took back the invitation of {}',
      'member.join': 'joined',
      'member.change_role': 'changed the role of {}',
      'member.remove': 'removed {}',
      'member.leave': 'left',
    },
  },
  'team.': { label: 'Teams', one: 'a team', named: 'the team ', acts: { 'team.create': 'made {}', 'team.change': 'changed {}', 'team.remove': 'disbanded {}' } },
  'canned_reply.': {
    label: 'Canned replies',
    one: 'a canned reply',
    named: 'the canned reply ',
    acts: { 'canned_reply.create': 'wrote {}', 'canned_reply.change': 'changed {}', 'canned_reply.remove': 'deleted {}' },
  },
  'ticket_category.': {
    label: 'Categories',
    one: 'a category',
    named: 'the category ',
    acts: {
      'ticket_category.create': 'made {}',
      'ticket_category.change': 'changed {}',
      'ticket_category.remove': 'deleted {}',
      'ticket_category.add_examples': 'added examples to {}',
      'ticket_category.remove_example': 'removed an example from {}',
      'ticket_category.import': 'imported examples of categories',
    },
  },
  'routing_rule.': {
    label: 'Routing rules',
    one: 'a routing rule',
    named: 'the routing rule ',
    acts: {
      'routing_rule.create': 'made {}',
      'routing_rule.change': 'changed {}',
      'routing_rule.remove': 'deleted {}',
      'routing_rule.order': 'put the routing rules in another order',
    },
  },
  'contact.': {
    label: 'Contacts',
    one: 'a contact',
    acts: { 'contact.block': 'blocked a contact', 'contact.unblock': 'unblocked a contact', 'contact.merge': 'merged a contact into another' },
  },
  'workspace.': { label: 'Workspace', one: 'somebody', acts: { 'workspace.transfer': 'handed the workspace over to {}', 'workspace.rename': 'renamed the workspace', 'workspace.time_zone': 'changed the time zone of the workspace', 'workspace.plan': 'changed the plan' } },
  'billing.': {
    label: 'Payments',
    one: 'a plan',
    acts: { 'billing.budget': 'set the budget', 'billing.checkout': 'went to pay for a plan', 'billing.change': 'changed the plan that is paid for', 'billing.cancel': 'cancelled the subscription', 'billing.resume': 'kept the subscription after all' },
  },
  'api_key.': { label: 'API keys', one: 'an API key', named: 'the API key ', acts: { 'api_key.create': 'made {}', 'api_key.revoke': 'revoked {}' } },
  'account.': { label: 'Accounts', one: 'an account', acts: { 'account.sign_up': 'signed up' } },
  'user.': { label: 'Names', one: 'their name', acts: { 'user.rename': 'changed their name' } },
  'session.': {
    label: 'Sessions',
    one: 'a session',
    acts: {
      'session.revoke': 'ended a session',
      'session.revoke_others': 'ended all other sessions',
      'session.reuse': 'used a session twice, which ended it',
    },
  },
  'operator.': {
    label: 'Operators of the installation',
    one: 'this workspace',
    acts: { 'operator.begin': 'began to act as this workspace', 'operator.end': 'no longer acts as this workspace' },
  },
  'job.': { label: 'Jobs', one: 'a job', acts: { 'job.cancel': 'cancelled a job' } },
};

/** An act in words, in two parts: before and after the thing's name. What is not known here is told as the server has it. */
export function inWords(action: string, name?: string): [before: string, name: string, after: string] {
  const kind = ACTIONS[`${action.split('.')[0]}.`];
  const [before = '', after] = (kind?.acts[action] ?? `${action}: {}`).split('{}');
  if (after === undefined) return [before, '', ''];
  return name === undefined ? [before, kind?.one ?? 'something', after] : [before + (kind?.named ?? ''), name, after];
}
