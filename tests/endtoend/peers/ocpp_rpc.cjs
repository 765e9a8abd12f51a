// A station or a CSMS on npm's ocpp-rpc in strict mode; ocpp_package.py says what its lines mean.
// One line more: ["violation", identity, text], where a message breaks its version's JSON schema.

const readline = require('node:readline');
const { RPCClient, RPCServer } = require('ocpp-rpc');

const [role, version, answersText, url, ownIdentity] = process.argv.slice(2);
const answers = JSON.parse(answersText);
const protocols = [`ocpp${version}`];
const peers = new Map();

function tell(...what) {
    console.log(JSON.stringify(what));
}

function meet(identity, peer) {
    peers.set(identity, peer);
    peer.on('strictValidationFailure', ({ error }) => tell('violation', identity, String(error)));
    for (const [action, answer] of Object.entries(answers)) {
        peer.handle(action, ({ params }) => {
            tell('heard', identity, action, params);
            return answer;
        });
    }
}

async function take(line) {
    const [identity, action, payload] = JSON.parse(line);
    try {
        tell('answered', identity, await peers.get(identity).call(action, payload));
    } catch (error) {
        tell('failed', identity, error.rpcErrorCode ?? String(error));
    }
}

async function serve() {
    const server = new RPCServer({ protocols, strictMode: true });
    server.on('client', (client) => meet(client.identity, client));
    const http = await server.listen(0, '127.0.0.1');
    tell('ready', http.address().port);
}

async function connect() {
    const client = new RPCClient({
        endpoint: url, identity: ownIdentity, protocols, strictMode: true, reconnect: false,
    });
    meet(ownIdentity, client);
    await client.connect();
    tell('ready', 0);
}

async function obey() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        await take(line);
    }
    process.exit(0);
}

(role === 'csms' ? serve() : connect()).then(obey);
