import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { archivedQuery, spacesQuery } from './api';

/** What a space is called, archived ones too. */
export function useSpaceName(id: string | undefined): string | undefined {
  const api = useApi();
  const { data: spaces = [] } = useQuery({ ...spacesQuery(api), enabled: id !== undefined });
  const { data: archived = [] } = useQuery({ ...archivedQuery(api), enabled: id !== undefined });
  return [...spaces, ...archived].find((space) => space.id === id)?.name;
}
