"""A service in Python for comparison: the same model through python-crfsuite.

    tagger train --features templates.txt --tokenizer space --model simple.model train.conllu
    tagger export --to crfsuite simple.model --output simple.crfsuite
    pip install fastapi uvicorn uvloop httptools python-crfsuite
    MODEL=simple.crfsuite uvicorn --workers 2 --no-access-log --port 8081 fastapi_service:app

The templates are those of templates.txt. The endpoint is an async function without a response model,
which is the fastest way: FastAPI calls it in its event loop.
"""

import json
import os

import pycrfsuite
from fastapi import FastAPI, Response
from pydantic import BaseModel

tagger = pycrfsuite.Tagger()
tagger.open(os.environ["MODEL"])
app = FastAPI()


class Sentence(BaseModel):
    tokens: list[str]


def attributes(words):
    """Return the attributes of templates.txt for each token."""
    lower = [w.lower() for w in words]
    around = ["_x-2", "_x-1", *lower, "_x+1", "_x+2"]
    rows = []
    for t, low in enumerate(lower):
        row = ["u:w=" + words[t], "u:l=" + low]
        size = len(low)
        row += ["u:p%d=%s" % (k, low[:k]) for k in (1, 2, 3) if size >= k]
        row += ["u:s%d=%s" % (k, low[-k:]) for k in (1, 2, 3, 4) if size >= k]
        before2, before, after, after2 = around[t], around[t + 1], around[t + 3], around[t + 4]
        row += ["u:l-2=" + before2, "u:l-1=" + before, "u:l+1=" + after, "u:l+2=" + after2]
        row += ["u:l-10=" + before + "/" + low, "u:l0+1=" + low + "/" + after]
        rows.append(row)
    return rows


@app.post("/v1/tag")
async def tag(sentence: Sentence):
    labels = tagger.tag(attributes(sentence.tokens))
    tokens = [{"text": w, "label": label} for w, label in zip(sentence.tokens, labels)]
    return Response(json.dumps({"tokens": tokens}, ensure_ascii=False), media_type="application/json")
