import { useQueryClient } from '@tanstack/react-query';
import { FileUp, Globe, LibraryBig } from 'lucide-react';
import { useRef, useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { FilePicker } from './AddMenu';
import { uploadsTo } from './uploads';
import { WebsiteDialog } from './WebsiteDialog';

/** Leads to the first document. */
export function NoDocuments() {
  const mayWrite = useMay('knowledge:write');
  if (!mayWrite) {
    return (
      <Empty icon={LibraryBig} title="Nothing is known yet">
        <p>The assistant answers from documents. An admin of your workspace can add the first one.</p>
      </Empty>
    );
  }
  return <First />;
}

function First() {
  const [space, api, queries] = [useSpace(), useApi(), useQueryClient()];
  const [reads, setReads] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  return (
    <>
      <Empty icon={LibraryBig} title="Give the assistant something to answer from">
        <p>Drop files here: PDF, Word, HTML, Markdown, text, JSON or CSV, of 32 MB at most. Or let it read your website.</p>
        <div className="flex flex-wrap justify-center gap-2">
          <Button look="primary" onClick={() => files.current?.click()}>
            <FileUp className="size-4" aria-hidden /> Upload files
          </Button>
          <Button onClick={() => setReads(true)}>
            <Globe className="size-4 text-mute" aria-hidden /> Read a website
          </Button>
        </div>
      </Empty>
      <FilePicker ref={files} uploads={uploadsTo(api, queries, space.id)} />
      {reads && <WebsiteDialog close={() => setReads(false)} />}
    </>
  );
}
