import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { BookOpen, Bookmark, ChartNoAxesCombined, Code, Contact, FileText, FlaskConical, Inbox, Keyboard, LogOut, Monitor, Moon, Settings, Sparkles, Sun, Ticket, UserRound, type LucideIcon } from 'lucide-react';
import { useApi } from '../api/client';
import type { Shortcut } from '../app/keys';
import { useMay } from '../app/permission';
import { useTheme } from '../app/theme';
import { useWorkspacePlaces } from '../app/WorkspaceNav';
import { useSession, useSessionState } from '../auth/session';
import { doable, useActs, type Doable } from '../inbox/acts';
import { conversationQuery, VIEWS, type View } from '../inbox/api';
import { askForDraft } from '../inbox/useDrafting';
import { INBOX } from '../inbox/views';
import { visitorName } from '../inbox/visitor';
import { spacesQuery } from '../spaces/api';
import { membersQuery } from '../team/api';
import { TICKETS } from '../tickets/views';
import { useSavedViews } from '../views/views';

export interface Command {
  label: string;
  group: string;
  /** Found by these words as well. */
  more?: string;
  hint?: string;
  icon: LucideIcon;
  shortcut?: Shortcut;
  /** What takes a while is waited for. */
  run: () => unknown;
}

/** All that can be done from where one is: with the open conversation first. */
export function useCommands(help: () => void): Command[] {
  return [...useConversation(), ...usePages(), ...useSpaces(), ...useOwn(help)];
}

function useConversation(): Command[] {
  const [api, state, may] = [useApi(), useSessionState(), useMay('conversations:write')];
  const { conversation: id } = useParams({ strict: false });
  const { data: conversation } = useQuery({ ...conversationQuery(api, id ?? ''), enabled: id !== undefined });
  const { data: members = [] } = useQuery(membersQuery(api));
  const acts = useActs({ id: id ?? '' });
  const navigate = useNavigate();
  const makeTicket = async (of: string) => {
    const { number } = await api.post<{ number: number }>('/api/tickets', { conversation: of });
    await navigate({ to: '/tickets/$ticket', params: { ticket: `${number}` } });
  };
  if (!conversation || !may) return [];
  const me = state.phase === 'in' ? state.user.id : '';
  const { main, more, later, give } = doable(conversation, me, members, new Date());
  const group = visitorName(conversation);
  const as = (prefix: string) => (one: Doable): Command => {
    const { label, icon, shortcut, hint, act } = one;
    const named = prefix ? `${prefix} ${prefix.endsWith('until') ? label.charAt(0).toLowerCase() + label.slice(1) : label}` : label;
    return { label: named.replace('until in ', 'for '), group, more: `conversation ${prefix ? 'snooze transfer' : ''}`, icon, ...(shortcut && { shortcut }), ...(hint && { hint }), run: () => acts.mutateAsync(act) };
  };
  const drafts: Command[] = [
    { label: 'Draft a reply', group, icon: Sparkles, more: 'conversation answer write', shortcut: 'draft', run: () => askForDraft('reply') },
    { label: 'Summarise', group, icon: FileText, more: 'conversation summary sum up', run: () => askForDraft('summary') },
  ];
  const tickets: Command[] =
    conversation.ticket === null
      ? [{ label: 'Create a ticket', group, icon: Ticket, more: 'conversation follow', shortcut: 'ticket', run: () => makeTicket(conversation.id) }]
      : [{ label: `Open ticket #${conversation.ticket}`, group, icon: Ticket, more: 'conversation', run: () => navigate({ to: '/tickets/$ticket', params: { ticket: `${conversation.ticket}` } }) }];
  return [...[main, ...more].map(as('')), ...tickets, ...drafts, ...later.map(as('Put off until')), ...give.map(as('Give to'))];
}

/** What else people call the pages of a workspace. */
const WORDS: Readonly<Record<string, string>> = {
  '/canned-replies': 'macros snippets templates saved',
  '/deadlines': 'sla targets policies report',
  '/categories': 'topics sort classify',
  '/routing': 'rules assign',
  '/team': 'invite invitation members people roles users',
  '/keys': 'tokens developers',
  '/billing': 'plan invoices usage subscription payment card',
  '/audit': 'history record who',
  '/workspace': 'name time zone owner transfer leave',
};

function usePages(): Command[] {
  const [navigate, places] = [useNavigate(), useWorkspacePlaces()];
  const [saved] = useSavedViews(INBOX);
  const [savedTickets] = useSavedViews(TICKETS);
  const group = 'Go to';
  const views = (Object.entries(VIEWS) as [View, { label: string }][]).filter(([view]) => view !== 'open');
  return [
    { label: 'Inbox', group, icon: Inbox, shortcut: 'inbox', run: () => navigate({ to: '/inbox' }) },
    ...views.map(([view, { label }]): Command => ({ label: `Inbox: ${label}`, group, icon: Inbox, more: 'conversations', run: () => navigate({ to: '/inbox', search: { view } }) })),
    ...saved.map(({ name, search }): Command => ({ label: `Inbox: ${name}`, group, icon: Bookmark, more: 'saved view conversations', run: () => navigate({ to: '/inbox', search }) })),
    { label: 'Tickets', group, icon: Ticket, more: 'cases issues', shortcut: 'tickets', run: () => navigate({ to: '/tickets' }) },
    { label: 'Tickets: Mine', group, icon: Ticket, more: 'cases assigned', run: () => navigate({ to: '/tickets', search: { list: 'mine' } }) },
    ...savedTickets.map(({ name, search }): Command => ({ label: `Tickets: ${name}`, group, icon: Bookmark, more: 'saved view', run: () => navigate({ to: '/tickets', search }) })),
    { label: 'Overview', group, icon: ChartNoAxesCombined, more: 'figures analytics charts', run: () => navigate({ to: '/overview' }) },
    { label: 'Overview: Questions', group, icon: ChartNoAxesCombined, more: 'figures analytics topics popular', run: () => navigate({ to: '/overview/questions' }) },
    { label: 'Overview: Ratings', group, icon: ChartNoAxesCombined, more: 'figures analytics csat satisfaction stars', run: () => navigate({ to: '/overview/ratings' }) },
    { label: 'Contacts', group, icon: Contact, more: 'people customers visitors', shortcut: 'contacts', run: () => navigate({ to: '/contacts' }) },
    { label: 'Contacts: Blocked', group, icon: Contact, more: 'people spam', run: () => navigate({ to: '/contacts', search: { filter: 'blocked' } }) },
    ...places.map(({ to, label, icon }): Command => ({ label, group, icon, more: `workspace ${WORDS[to] ?? ''}`, ...(to === '/canned-replies' && { shortcut: 'canned' as const }), run: () => navigate({ to }) })),
    { label: 'Your account', group, icon: UserRound, more: 'profile password sessions', run: () => navigate({ to: '/account' }) },
  ];
}

const OF_SPACE = [
  { to: '/spaces/$space/knowledge', label: 'Knowledge', icon: BookOpen, more: 'documents upload add' },
  { to: '/spaces/$space/knowledge/gaps', label: 'Knowledge: Gaps', icon: BookOpen, more: 'unanswered questions' },
  { to: '/spaces/$space/knowledge/websites', label: 'Knowledge: Websites', icon: BookOpen, more: 'crawl sources pages' },
  { to: '/spaces/$space/playground', label: 'Playground', icon: FlaskConical, more: 'ask golden' },
  { to: '/spaces/$space/install', label: 'Install', icon: Code, more: 'widget embed' },
  { to: '/spaces/$space/settings', label: 'Settings', icon: Settings, more: 'look colour greeting appearance' },
  { to: '/spaces/$space/settings/answers', label: 'Settings: Answers', icon: Settings, more: 'model instructions tone' },
  { to: '/spaces/$space/settings/people', label: 'Settings: People', icon: Settings, more: 'hours opening handoff queue assign' },
  { to: '/spaces/$space/settings/site', label: 'Settings: Site', icon: Settings, more: 'name address origins identity' },
  { to: '/spaces/$space/settings/versions', label: 'Settings: Versions', icon: Settings, more: 'history restore undo' },
  { to: '/spaces/$space/settings/experiments', label: 'Settings: A/B test', icon: Settings, more: 'experiments compare' },
] as const;

function useSpaces(): Command[] {
  const navigate = useNavigate();
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  return spaces.flatMap(({ slug, name }) =>
    OF_SPACE.map(({ to, label, icon, more }) => ({ label: `${name}: ${label}`, group: 'Spaces', icon, more, run: () => navigate({ to, params: { space: slug } }) })),
  );
}

function useOwn(help: () => void): Command[] {
  const [session, [theme, setTheme]] = [useSession(), useTheme()];
  const group = 'Console';
  const themes = [
    { theme: 'light', label: 'Light theme', icon: Sun },
    { theme: 'dark', label: 'Dark theme', icon: Moon },
    { theme: 'system', label: "The system's theme", icon: Monitor },
  ] as const;
  return [
    ...themes.filter((one) => one.theme !== theme).map((one): Command => ({ label: one.label, group, icon: one.icon, more: 'mode appearance', run: () => setTheme(one.theme) })),
    { label: 'Keyboard shortcuts', group, icon: Keyboard, more: 'keys help', shortcut: 'help', run: help },
    { label: 'Log out', group, icon: LogOut, more: 'sign', run: () => session.logOut() },
  ];
}
