import type { IdentityKey } from '../settings/queries';

export type Server = 'node' | 'python' | 'ruby' | 'php';

export const SERVERS: readonly { value: Server; label: string }[] = [
  { value: 'node', label: 'Node' },
  { value: 'python', label: 'Python' },
  { value: 'ruby', label: 'Ruby' },
  { value: 'php', label: 'PHP' },
];

/** What signs a token on a server: with the secret, or with the private key of a pair. */
export function signing(server: Server, { algorithm, kid }: Pick<IdentityKey, 'algorithm' | 'kid'>): string {
  const secret = algorithm === 'RS256' ? 'PARLANCE_PRIVATE_KEY' : 'PARLANCE_SECRET';
  switch (server) {
    case 'node':
      return `import jwt from 'jsonwebtoken';

const chatToken = (user) =>
  jwt.sign({ sub: String(user.id), email: user.email, name: user.name }, process.env.${secret}, {
    algorithm: '${algorithm}',
    keyid: '${kid}',
    expiresIn: '5m',
  });`;
    case 'python':
      return `import os, time
import jwt  # PyJWT

def chat_token(user):
    claims = {"sub": str(user.id), "email": user.email, "name": user.name, "exp": int(time.time()) + 300}
    return jwt.encode(claims, os.environ["${secret}"], "${algorithm}", headers={"kid": "${kid}"})`;
    case 'ruby':
      return `require "jwt"

def chat_token(user)
  claims = { sub: user.id.to_s, email: user.email, name: user.name, exp: Time.now.to_i + 300 }
  JWT.encode(claims, ${algorithm === 'RS256' ? 'OpenSSL::PKey::RSA.new(ENV.fetch("PARLANCE_PRIVATE_KEY"))' : 'ENV.fetch("PARLANCE_SECRET")'}, "${algorithm}", { kid: "${kid}" })
end`;
    case 'php':
      return `use Firebase\\JWT\\JWT;

function chat_token($user) {
    $claims = ['sub' => (string) $user->id, 'email' => $user->email, 'name' => $user->name, 'exp' => time() + 300];
    return JWT::encode($claims, getenv('${secret}'), '${algorithm}', '${kid}');
}`;
  }
}

/** What the page says; `{{ }}` is whatever the site's templates have for a value. */
export const PAGE = `<script>
  window.parlance = window.parlance || function () { (parlance.q = parlance.q || []).push(arguments) };
  parlance('identify', { token: '{{ chat_token }}' });
  parlance('on', 'error', async ({ code }) => {
    if (code !== 'identity_expired') return;
    const fresh = await fetch('/chat-token');
    parlance('identify', { token: await fresh.text() });
  });
  // On logout: parlance('reset')
</script>`;

export const SIGNED_ID = `<script>
  window.parlance = window.parlance || function () { (parlance.q = parlance.q || []).push(arguments) };
  parlance('identify', {
    id: '{{ user.id }}',
    name: '{{ user.name }}',
    email: '{{ user.email }}',
    signature: '{{ hmac_sha256_hex(user.id) }}',
  });
  // On logout: parlance('reset')
</script>`;
