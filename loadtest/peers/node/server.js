// The chat a small team would build: ws, express, pg, the Anthropic SDK. It does what ../fastapi/app.py does, on the same
// wire: a question is kept, answered from the tenant's passages under row-level security, streamed and kept with its usage.
//
//     DATABASE_URL=… UPSTREAM=http://127.0.0.1:8090 PORT=8102 node server.js

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

import Anthropic from "@anthropic-ai/sdk";
import express from "express";
import jwt from "jsonwebtoken";
import OpenAI from "openai";
import pg from "pg";
import { WebSocketServer } from "ws";

const { UPSTREAM, DATABASE_URL, PORT } = process.env;
const SECRET = "a secret of a peer that only ever runs beside a load test";
const MODEL = "claude-sonnet-5-5";
const SYSTEM =
  "You answer questions of visitors from the sources they come with, in their language, and say so where none helps.";
const FIND = `
WITH asked AS (SELECT replace(plainto_tsquery('english', $3)::text, '&', '|')::tsquery AS words),
near AS (
    SELECT id, row_number() OVER (ORDER BY embedding <=> $1::text::halfvec) AS place FROM passages WHERE space_id = $2
    ORDER BY embedding <=> $1::text::halfvec LIMIT 20),
worded AS (
    SELECT id, row_number() OVER (ORDER BY ts_rank(lexemes, words) DESC) AS place FROM passages, asked
    WHERE space_id = $2 AND lexemes @@ words ORDER BY ts_rank(lexemes, words) DESC LIMIT 20)
SELECT title, text FROM near FULL JOIN worded USING (id) JOIN passages USING (id)
ORDER BY coalesce(1.0 / (60 + near.place), 0) + coalesce(1.0 / (60 + worded.place), 0) DESC LIMIT 6`;
const SAY = `
INSERT INTO messages (id, tenant_id, conversation_id, seq, role, text)
SELECT $1, $2, $3, coalesce(max(seq), 0) + 1, $4, $5 FROM messages WHERE conversation_id = $3 RETURNING seq`;
const USED =
  "INSERT INTO usage_events (message_id, tenant_id, model, input_tokens, output_tokens) VALUES ($1, $2, $3, $4, $5)";

const pool = new pg.Pool({ connectionString: DATABASE_URL, min: 16, max: 16 });
const anthropic = new Anthropic({ apiKey: "any", baseURL: UPSTREAM, maxRetries: 2 });
const openai = new OpenAI({ apiKey: "any", baseURL: `${UPSTREAM}/v1`, maxRetries: 2 });

async function inTenant(tenant, act) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const result = await act(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

function visitorOf(token, slug) {
  const claims = jwt.verify(token, SECRET);
  if (claims.space !== slug) throw new Error("another space's token");
  return claims;
}

async function find(claims, question) {
  const embedded = await openai.embeddings.create({
    model: "text-embedding-3-small",
    input: question,
    dimensions: 384,
    encoding_format: "float",
  });
  const vector = JSON.stringify(embedded.data[0].embedding);
  return inTenant(claims.tenant, async (client) => {
    const found = await client.query({ name: "find", text: FIND, values: [vector, claims.space_id, question] });
    return found.rows;
  });
}

async function answer(claims, talk, { client_id, text }, emit) {
  const [question, reply] = [randomUUID(), randomUUID()];
  const say = (client, id, role, words) =>
    client.query({ name: "say", text: SAY, values: [id, claims.tenant, talk, role, words] });
  const asked = await inTenant(claims.tenant, (client) => say(client, question, "visitor", text));
  emit({ type: "ack", client_id, message: question, seq: asked.rows[0].seq });
  const passages = await find(claims, text);
  const sources = passages.map((passage, n) => `[S${n + 1}] ${passage.title}\n${passage.text}`).join("\n\n");
  emit({ type: "answer.start", message: reply, in_reply_to: question });
  let n = 0;
  let whole = "";
  const messages = [{ role: "user", content: `Sources:\n${sources}\n\nQuestion: ${text}` }];
  const stream = anthropic.messages.stream({ model: MODEL, max_tokens: 800, system: SYSTEM, messages });
  stream.on("text", (piece) => {
    whole += piece;
    emit({ type: "answer.delta", message: reply, n: n++, text: piece });
  });
  const { usage } = await stream.finalMessage();
  const said = await inTenant(claims.tenant, async (client) => {
    const row = await say(client, reply, "assistant", whole);
    await client.query({
      name: "used",
      text: USED,
      values: [reply, claims.tenant, MODEL, usage.input_tokens, usage.output_tokens],
    });
    return row;
  });
  const { seq } = said.rows[0];
  emit({
    type: "message",
    seq,
    id: reply,
    author: { kind: "assistant" },
    in_reply_to: question,
    text: whole,
    state: "complete",
  });
}

const app = express();
app.use(express.json());
app.get("/readyz", (_, response) => response.json({ status: "ok" }));
app.post("/api/widget/:slug/session", async (request, response) => {
  const { slug } = request.params;
  const found = await pool.query("SELECT id, tenant_id FROM spaces WHERE slug = $1", [slug]);
  const space = found.rows[0];
  if (!space) return response.status(404).json({ code: "not_found" });
  const claims = { space: slug, space_id: space.id, tenant: space.tenant_id, visitor: randomUUID() };
  response.json({ token: jwt.sign(claims, SECRET), conversation: null });
});

const server = createServer(app);
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, stream, head) => {
  const [, slug] = /^\/api\/widget\/([\w-]+)\/socket$/.exec(request.url) ?? [];
  if (!slug) return stream.destroy();
  sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, slug));
});

function serve(socket, slug) {
  let claims;
  let talk;
  const emit = (event) => socket.send(JSON.stringify(event));
  socket.on("error", () => socket.terminate());
  socket.on("message", async (data) => {
    try {
      const frame = JSON.parse(data);
      if (frame.type === "hello") {
        claims = visitorOf(frame.token, slug);
        talk = frame.conversation ?? randomUUID();
        emit({ type: "ready", conversation: { id: talk, status: "bot" }, seq: 0 });
      } else if (frame.type === "say" && claims) {
        await answer(claims, talk, frame, emit);
      } else if (frame.type === "ping") {
        emit({ type: "pong" });
      }
    } catch (error) {
      console.error(error);
      socket.close(4001);
    }
  });
}

server.listen(Number(PORT), "127.0.0.1");
