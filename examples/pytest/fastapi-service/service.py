"""A service that asks the CRM and tells how many messages a customer was sent."""

import os

import httpx
from fastapi import FastAPI
from schemas.summary import Summary

app = FastAPI()


@app.get("/summary/{email}")
async def summary(email: str) -> Summary:
    """Ask the CRM."""
    query = {"identifierName": "email", "identifierValue": email}
    async with httpx.AsyncClient(base_url=os.environ["CRM_URL"]) as client:
        answer = await client.get("/v2/customers/interaction", params=query)
    return Summary(messages={entry["name"]: entry["count"] for entry in answer.json()["interaction"]})
