"""The chat a small team would build: FastAPI, the Anthropic SDK, sse-starlette, asyncpg.

It speaks as much of Parlance's wire as a visitor needs, so that the same visitors drive both: sessions, a socket, `chat`
as server-sent events. A question is kept, answered from what retrieval finds in the tenant's passages under row-level
security, streamed token by token, and kept with its usage. No citations, no grounding, no agents who watch, no resume.

    DATABASE_URL=… UPSTREAM=http://127.0.0.1:8090 uvicorn app:app --port 8101
"""

import json
import os
import uuid
from contextlib import asynccontextmanager

import asyncpg
import jwt
from anthropic import AsyncAnthropic
from fastapi import FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from openai import AsyncOpenAI
from sse_starlette import EventSourceResponse

UPSTREAM = os.environ["UPSTREAM"]
SECRET = "a secret of a peer that only ever runs beside a load test"
MODEL = "claude-sonnet-5-5"
SYSTEM = "You answer questions of visitors from the sources they come with, in their language, and say so where none helps."
FIND = """
WITH asked AS (SELECT replace(plainto_tsquery('english', $3)::text, '&', '|')::tsquery AS words),
near AS (
    SELECT id, row_number() OVER (ORDER BY embedding <=> $1::text::halfvec) AS place FROM passages WHERE space_id = $2
    ORDER BY embedding <=> $1::text::halfvec LIMIT 20),
worded AS (
    SELECT id, row_number() OVER (ORDER BY ts_rank(lexemes, words) DESC) AS place FROM passages, asked
    WHERE space_id = $2 AND lexemes @@ words ORDER BY ts_rank(lexemes, words) DESC LIMIT 20)
SELECT title, text FROM near FULL JOIN worded USING (id) JOIN passages USING (id)
ORDER BY coalesce(1.0 / (60 + near.place), 0) + coalesce(1.0 / (60 + worded.place), 0) DESC LIMIT 6
"""
SAY = """
INSERT INTO messages (id, tenant_id, conversation_id, seq, role, text)
SELECT $1, $2, $3, coalesce(max(seq), 0) + 1, $4, $5 FROM messages WHERE conversation_id = $3 RETURNING seq
"""


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=16, max_size=16)
    app.state.anthropic = AsyncAnthropic(api_key="any", base_url=UPSTREAM, max_retries=2)
    app.state.openai = AsyncOpenAI(api_key="any", base_url=f"{UPSTREAM}/v1", max_retries=2)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, docs_url=None, openapi_url=None)


@app.get("/readyz")
async def ready():
    return {"status": "ok"}


@asynccontextmanager
async def tenant_transaction(app: FastAPI, tenant: uuid.UUID):
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(tenant))
        yield connection


async def space_of(app: FastAPI, slug: str):
    space = await app.state.pool.fetchrow("SELECT id, tenant_id FROM spaces WHERE slug = $1", slug)
    if space is None:
        raise HTTPException(404, "no such space")
    return space


def visitor_of(token: str, slug: str):
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "no valid token") from error
    if claims["space"] != slug:
        raise HTTPException(403, "another space's token")
    return claims


@app.post("/api/widget/{slug}/session")
async def session(slug: str):
    space = await space_of(app, slug)
    claims = {"space": slug, "space_id": str(space["id"]), "tenant": str(space["tenant_id"]), "visitor": str(uuid.uuid4())}
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256"), "conversation": None}


@app.post("/api/widget/{slug}/conversation")
async def conversation(slug: str, request: Request):
    visitor_of(request.headers.get("authorization", "").removeprefix("Bearer "), slug)
    return {"conversation": {"id": str(uuid.uuid4())}}


async def find(claims, question: str):
    """Question to passages: its embedding, then both legs in one statement."""
    embedded = await app.state.openai.embeddings.create(
        model="text-embedding-3-small", input=question, dimensions=384, encoding_format="float"
    )
    vector = json.dumps(embedded.data[0].embedding)
    async with tenant_transaction(app, uuid.UUID(claims["tenant"])) as connection:
        return await connection.fetch(FIND, vector, uuid.UUID(claims["space_id"]), question)


async def answer(claims, conversation: str, client_id: str, text: str):
    """The events of one question and its answer."""
    tenant, question, reply = uuid.UUID(claims["tenant"]), uuid.uuid4(), uuid.uuid4()
    talk = uuid.UUID(conversation)
    async with tenant_transaction(app, tenant) as connection:
        seq = await connection.fetchval(SAY, question, tenant, talk, "visitor", text)
    yield {"type": "ack", "client_id": client_id, "message": str(question), "seq": seq}
    passages = await find(claims, text)
    sources = "\n\n".join(f"[S{n}] {passage['title']}\n{passage['text']}" for n, passage in enumerate(passages, 1))
    yield {"type": "answer.start", "message": str(reply), "in_reply_to": str(question)}
    said, n = [], 0
    prompt = [{"role": "user", "content": f"Sources:\n{sources}\n\nQuestion: {text}"}]
    async with app.state.anthropic.messages.stream(
        model=MODEL, max_tokens=800, system=SYSTEM, messages=prompt
    ) as stream:
        async for piece in stream.text_stream:
            said.append(piece)
            yield {"type": "answer.delta", "message": str(reply), "n": n, "text": piece}
            n += 1
        usage = (await stream.get_final_message()).usage
    whole = "".join(said)
    async with tenant_transaction(app, tenant) as connection:
        seq = await connection.fetchval(SAY, reply, tenant, talk, "assistant", whole)
        await connection.execute(
            "INSERT INTO usage_events (message_id, tenant_id, model, input_tokens, output_tokens) VALUES ($1, $2, $3, $4, $5)",
            reply, tenant, MODEL, usage.input_tokens, usage.output_tokens,
        )
    yield {
        "type": "message", "seq": seq, "id": str(reply), "author": {"kind": "assistant"}, "in_reply_to": str(question),
        "text": whole, "state": "complete",
    }


@app.post("/api/widget/{slug}/chat")
async def chat(slug: str, request: Request):
    claims = visitor_of(request.headers.get("authorization", "").removeprefix("Bearer "), slug)
    asked = await request.json()

    async def events():
        async for event in answer(claims, asked["conversation"], asked["client_id"], asked["text"]):
            yield {"event": event["type"], "data": json.dumps(event)}

    return EventSourceResponse(events())


@app.websocket("/api/widget/{slug}/socket")
async def socket(slug: str, ws: WebSocket):
    await ws.accept()
    try:
        hello = await ws.receive_json()
        claims = visitor_of(hello["token"], slug)
        talk = hello.get("conversation") or str(uuid.uuid4())
        await ws.send_json({"type": "ready", "conversation": {"id": talk, "status": "bot"}, "seq": 0})
        while True:
            frame = await ws.receive_json()
            if frame["type"] == "say":
                async for event in answer(claims, talk, frame["client_id"], frame["text"]):
                    await ws.send_json(event)
            elif frame["type"] == "ping":
                await ws.send_json({"type": "pong"})
    except WebSocketDisconnect:
        pass
