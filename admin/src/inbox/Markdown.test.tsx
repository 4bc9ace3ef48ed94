import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Claim } from './api';
import { Markdown } from './Markdown';

const shown = (text: string, claims?: Claim[]) => render(<Markdown text={text} claims={claims ?? null} />).container;

describe('an answer', () => {
  it('has its markers as numbers', () => {
    const box = shown('Opened parts may go back [S1]. So may lamps [S2][S12].');
    expect(box.textContent).not.toContain('[S');
    expect(box.textContent?.match(/\[\d+\]/g)).toEqual(['[1]', '[2]', '[12]']);
  });

  it('has emphasis, code, lists and links', () => {
    const box = shown('**Now** *or* `never`\n\n3. one\n4. [two](https://acme.example/two)\n\n- three');
    expect(box.querySelector('strong')).toHaveTextContent('Now');
    expect(box.querySelector('em')).toHaveTextContent('or');
    expect(box.querySelector('code')).toHaveTextContent('never');
    expect(box.querySelector('ol')).toHaveAttribute('start', '3');
    expect(box.querySelectorAll('li')).toHaveLength(3);
    expect(box.querySelector('a')).toHaveAttribute('href', 'https://acme.example/two');
    expect(box.querySelector('a')).toHaveAttribute('rel', expect.stringContaining('noopener'));
  });

  it('has no HTML, no images and no scripts', () => {
    const text = '<img src=x onerror=alert(1)> ![p](https://evil.example/p.png) [click](javascript:alert(1)) <script>x</script>';
    const box = shown(text);
    expect(box.querySelector('img, script, a')).toBeNull();
    expect(box).toHaveTextContent('<img src=x onerror=alert(1)>');
    expect(box).toHaveTextContent('click');
  });

  it('marks what no source supports, through formatting', () => {
    const text = 'It floats [S1]. It **also flies** today.';
    const start = text.indexOf('It **');
    const box = shown(text, [
      { start: 0, end: 9, sources: [1], support: 0.9 },
      { start, end: text.length, sources: [], support: 0.1 },
    ]);
    const marked = [...box.querySelectorAll('[title]')];
    expect(marked.map(({ firstChild }) => firstChild?.textContent)).toEqual(['It ', 'also flies', ' today.']);
    expect(box.textContent?.match(/not backed by a source/g)).toHaveLength(1);
  });
});
