// An institution as an OpenID provider, for the tests: node provider.js PORT KEY_ID CLAIMS_IN_TOKEN(yes|no)
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

const [port, keyId, inToken] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), kid: keyId, use: "sig", alg: "RS256" };

// Who signs in as "ada" is ada@ministry.example; "eve unverified" has no verified address.
const claimsOf = (login) => ({
  sub: login,
  email: login.includes("@") ? login.split(" ")[0] : `${login.split(" ")[0]}@ministry.example`,
  email_verified: !login.includes("unverified"),
});

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "masar",
      client_secret: "a secret: with/signs&more%",
      redirect_uris: ["http://127.0.0.1:8000/oidc/ministry/return"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: inToken !== "yes",
  cookies: { keys: ["of these tests only"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  jwks: { keys: [jwk] },
  pkce: { required: () => true },
});

http.createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("ready"));
