import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { Boxes } from 'lucide-react';
import { useApi } from '../api/client';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { SkeletonRows } from '../ui/Skeleton';
import { spacesQuery } from './api';

/** Leads to the first space. */
export function HomePage() {
  const { data: spaces, error, refetch } = useQuery(spacesQuery(useApi()));
  if (!spaces) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading your spaces" />;
  const first = spaces[0];
  if (first) return <Navigate to="/spaces/$space/conversations" params={{ space: first.slug }} replace />;
  return (
    <Empty icon={Boxes} title="No spaces yet">
      <p>A space is a site with its own knowledge and its own conversations. An admin of your workspace can create one.</p>
    </Empty>
  );
}
