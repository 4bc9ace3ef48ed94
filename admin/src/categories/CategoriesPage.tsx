import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Lock, Plus, Shapes, Upload } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { categoriesQuery, type Category } from './api';
import { CategoryForm } from './CategoryForm';
import { ImportDialog } from './ImportDialog';
import { TryCategories } from './TryCategories';

/** What tickets may be about, and what that is learned from. */
export function CategoriesPage() {
  useTitle('Categories');
  return useMay('tickets:configure') ? (
    <Categories />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>Admins say what tickets may be about.</p>
    </Empty>
  );
}

function Categories() {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: categories, error, refetch } = useQuery(categoriesQuery(api));
  const [editing, setEditing] = useState<Category | 'new' | null>(null);
  const [importing, setImporting] = useState(false);
  const [removing, setRemoving] = useState<Category | null>(null);
  const make = (
    <>
      <Button onClick={() => setImporting(true)}>
        <Upload className="size-4" aria-hidden /> Import
      </Button>
      <Button look="primary" onClick={() => setEditing('new')}>
        <Plus className="size-4" aria-hidden /> New category
      </Button>
    </>
  );
  const any = categories && categories.length > 0;
  return (
    <Page title="Categories" lead="New tickets are sorted by what these say and by your examples. What you put right on a ticket is learned." actions={any && make}>
      <div className="mt-6 space-y-6">
        {!categories && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading categories" lines={3} />)}
        {categories?.length === 0 && (
          <Empty icon={Shapes} title="No categories yet">
            <p>Say what your tickets are about, with about five examples each.</p>
            <div className="flex flex-wrap justify-center gap-2">{make}</div>
          </Empty>
        )}
        {any && <TryCategories categories={categories} />}
        {any && (
          <ul className="divide-y divide-line rounded-xl border border-line">
            {categories.map((category) => (
              <Row key={category.id} category={category} edit={() => setEditing(category)} remove={() => setRemoving(category)} />
            ))}
          </ul>
        )}
      </div>
      {editing && <CategoryForm category={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {importing && <ImportDialog close={() => setImporting(false)} />}
      {removing && (
        <Confirm
          title={`Delete ${removing.name}?`}
          lead="Its examples go too, and its tickets have no category then."
          label="Delete the category"
          act={async () => {
            await api.delete(`/api/ticket-categories/${removing.id}`);
            await queries.invalidateQueries({ queryKey: ['ticket-categories'] });
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

function Row({ category, edit, remove }: { category: Category; edit: () => void; remove: () => void }) {
  const { name, description, examples, corrections } = category;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="font-medium wrap-anywhere">{name}</h2>
        {description && <p className="mt-1 line-clamp-2 text-mute wrap-anywhere">{description}</p>}
        <p className={`mt-1.5 text-xs tabular-nums ${examples === 0 && !description ? 'text-warn' : 'text-mute'}`}>
          {examples === 0 && !description ? 'Never chosen: it has no description and no examples' : counted(examples, 'example')}
          {corrections > 0 && `, ${counted(corrections, 'correction')} among them`}
        </p>
      </div>
      <div className="-ms-3.5 flex gap-1 sm:ms-0">
        <Button look="quiet" onClick={edit} aria-label={`Change ${name}`}>
          Change
        </Button>
        <Button look="quiet" onClick={remove} aria-label={`Delete ${name}`}>
          Delete
        </Button>
      </div>
    </li>
  );
}
