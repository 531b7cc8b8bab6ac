// A model that notes when its first word leaves: an OpenAI-compatible server that streams one answer, word by word.
import { createServer } from 'node:http';
import { sleep } from './measuring.mjs';

const WORDS = 'Здравствуйте! Подскажите, пожалуйста, номер отправления: посмотрим, где оно сейчас.'.split(/(?<= )/);

/** Starts one. Its first word comes after `first` ms, its last after `last`. */
export async function timedModel() {
  const pace = { first: 0, last: 0 };
  const left = [];
  const server = createServer(async (request, answer) => {
    for await (const _ of request);
    if (request.method === 'GET') {
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ id: 'timed' }] }));
      return;
    }
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (choice, more = {}) =>
      answer.write(`data: ${JSON.stringify({ id: '1', model: 'timed', choices: [{ index: 0, ...choice }], ...more })}\n\n`);
    await sleep(pace.first);
    const between = (pace.last - pace.first) / WORDS.length;
    for (const [n, content] of WORDS.entries()) {
      if (n === 0) left.push(performance.now());
      send({ delta: { role: 'assistant', content }, finish_reason: null });
      await sleep(between);
    }
    send({ delta: {}, finish_reason: 'stop' }, { usage: { prompt_tokens: 300, completion_tokens: 30, total_tokens: 330 } });
    answer.end('data: [DONE]\n\n');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    pace,
    /** When the first word of the newest answer left. */
    leftAt: () => left.at(-1),
    close: () => server.closeAllConnections() ?? server.close(),
  };
}
