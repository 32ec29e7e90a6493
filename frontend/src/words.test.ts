import { describe, expect, it } from 'vitest';
import { credits, functionName, label, number, timeLeft } from './words';

describe('words', () => {
  it.each([
    [null, ''],
    [4, 'a few seconds left'],
    [31, 'about 40 s left'],
    [95, 'about 2 min left'],
    [7200, 'about 2 h left'],
  ])('say how long %s seconds are', (seconds, text) => {
    expect(timeLeft(seconds)).toBe(text);
  });

  it('write numbers with their thousands', () => {
    expect(number(1245)).toBe('1,245');
  });

  it('write names of the API as words', () => {
    expect(label('needs_attention')).toBe('Needs attention');
    expect(label('single_h1')).toBe('Single H1');
    expect(label('clean_html')).toBe('Clean HTML');
  });

  it('name functions as the buttons that start them do', () => {
    expect(functionName('auto_cluster')).toBe('Cluster keywords');
    expect(functionName('create_tasks')).toBe('Send to writer');
    expect(functionName('generate_content')).toBe('Generate content');
  });

  it('count one credit and more of them', () => {
    expect([0, 1, 2000].map(credits)).toEqual(['0 credits', '1 credit', '2,000 credits']);
  });
});
