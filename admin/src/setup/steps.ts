import { queryOptions, useQuery } from '@tanstack/react-query';
import type { LinkProps } from '@tanstack/react-router';
import { useApi, type Api } from '../api/client';
import type { Page } from '../api/page';
import { seenQuery, spacesQuery } from '../spaces/api';
import { invitationsQuery, membersQuery } from '../team/api';

/** Something to do until a chat is live. */
export interface Step {
  title: string;
  about: string;
  isDone: boolean;
  link: Pick<LinkProps, 'to' | 'params'>;
}

/** Whether a space knows anything yet. */
const knowsQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['knows', space],
    queryFn: async ({ signal }) => (await api.get<Page<unknown>>(`/api/chat-spaces/${space}/documents?limit=1`, signal)).items.length > 0,
  });

/** The way to a live chat in the first space; undefined until it is known, and where there is no space. */
export function useSteps(enabled: boolean): Step[] | undefined {
  const api = useApi();
  const { data: spaces = [] } = useQuery({ ...spacesQuery(api), enabled });
  const [space] = spaces;
  const on = enabled && space !== undefined;
  const { data: knows } = useQuery({ ...knowsQuery(api, space?.id ?? ''), enabled: on });
  const { data: seen } = useQuery({ ...seenQuery(api, space?.id ?? ''), enabled: on, refetchInterval: false });
  const { data: members } = useQuery({ ...membersQuery(api), enabled: on });
  const { data: invitations } = useQuery({ ...invitationsQuery(api), enabled: on });
  if (!space || knows === undefined || !seen || !members || !invitations) return undefined;
  const params = { space: space.slug };
  return [
    {
      title: 'Give it something to know',
      about: 'Drop documents, or name your site: answers come from them, with sources.',
      isDone: knows,
      link: { to: '/spaces/$space/knowledge', params },
    },
    {
      title: 'Look it over and publish it',
      about: 'Its colour, its greeting, and how it answers.',
      isDone: space.published,
      link: { to: '/spaces/$space/settings', params },
    },
    {
      title: 'Put it on your site',
      about: 'One line of HTML; it is ticked off once the chat is opened there.',
      isDone: seen.length > 0,
      link: { to: '/spaces/$space/install', params },
    },
    {
      title: 'Say when somebody is there',
      about: 'Visitors are told when your team answers.',
      isDone: space.settings.hours !== null,
      link: { to: '/spaces/$space/settings/people', params },
    },
    {
      title: 'Invite your team',
      about: 'Whoever answers with you gets a link by e-mail.',
      isDone: members.length > 1 || invitations.length > 0,
      link: { to: '/team' },
    },
  ];
}
