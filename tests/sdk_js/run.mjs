// Does with RingCentral's own SDK what its users do, against the sandbox described on standard input, and prints
// one line of JSON: what came of each step, {"value": …} or {"error": …}. test_sdk_js.py judges.

import ringcentral from '@ringcentral/sdk';
import subscriptionsPackage from '@ringcentral/subscriptions';

const {SDK} = ringcentral;
const {Subscriptions} = subscriptionsPackage;
const OWN = '/restapi/v1.0/account/~/extension/~';
const PATIENCE = 15_000;  // milliseconds

const read = async stream => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return JSON.parse(text);
};
const info = await read(process.stdin);

const newSdk = () => new SDK({server: info.server, clientId: info.client_id, clientSecret: info.client_secret});
const newPublicSdk = () => new SDK({
    discoveryServer: info.server,
    enableDiscovery: true,
    clientId: info.public_client_id,
    redirectUri: info.redirect_uri,
});
const byPassword = {username: info.username, extension: info.extension, password: info.password};

const signedIn = async (way = {jwt: info.jwt}) => {
    const sdk = newSdk();
    await sdk.platform().login(way);
    return sdk;
};
const get = async (platform, address, query) => (await platform.get(address, query)).json();
const control = (path, body) => fetch(`${info.control}/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {'Content-Type': 'application/json'},
    body: body && JSON.stringify(body),
}).then(answer => answer.json());
const pause = () => new Promise(later => { setTimeout(later, 50); });
const until = async look => {
    const deadline = Date.now() + PATIENCE;
    let seen = await look();
    while (!seen && Date.now() < deadline) {
        await pause();
        seen = await look();
    }
    if (!seen) throw new Error(`This did not become true: ${look}`);
    return seen;
};

const followed = (platform, ringOut) => until(async () => {
    const {status} = await get(platform, ringOut.uri);
    return status.callStatus !== 'InProgress' && status;
});

// What a person does in a browser, without one: fill in the form, send it, and be sent back to the program.
const signInOnPage = async address => {
    const html = await (await fetch(address)).text();
    const form = new URLSearchParams({username: info.username, extension: info.extension, password: info.password});
    for (const [, name, value] of html.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
        form.set(name, value.replaceAll('&amp;', '&'));
    }
    const action = new URL(html.match(/<form[^>]* action="([^"]*)"/)[1], address);
    const answer = await fetch(action, {method: 'POST', body: form, redirect: 'manual'});
    return Object.fromEntries(new URL(answer.headers.get('location')).searchParams);
};
const ringOut = async platform => (await platform.post(`${OWN}/ring-out`, {
    from: {phoneNumber: info.ringout_from},
    to: {phoneNumber: info.ringout_to},
    playPrompt: false,
})).json();

const steps = {
    async password() {
        const {id, extensionNumber} = await get((await signedIn(byPassword)).platform(), OWN);
        return {id, extensionNumber};
    },

    async jwt() {
        return (await get((await signedIn()).platform(), OWN)).id;
    },

    async page() {
        const platform = newPublicSdk().platform();
        const back = await signInOnPage(await platform.loginUrlWithDiscovery({state: 'a b&c', usePKCE: true}));
        await platform.login({...back, redirect_uri: info.redirect_uri});
        await platform.refresh();
        const {id} = await get(platform, OWN);
        await platform.logout();
        return {id, state: back.state};
    },

    async wrongPassword() {
        try {
            await signedIn({...byPassword, password: 'not this one'});
        } catch (error) {
            return error.message;
        }
        return '';
    },

    async refresh() {
        const platform = (await signedIn()).platform();
        const before = (await platform.auth().data()).access_token;
        await Promise.all([platform.refresh(), platform.refresh()]);
        const after = (await platform.auth().data()).access_token;
        return {renewed: before !== after, works: (await get(platform, OWN)).id};
    },

    async tokenExpiry() {
        const platform = (await signedIn()).platform();
        await control('faults', {kind: 'expire-tokens'});
        const answers = await Promise.all(Array.from({length: 5}, () => get(platform, OWN)));
        return answers.map(({id}) => id);
    },

    async rateLimit() {
        const platform = (await signedIn()).platform();
        await control('faults', {kind: 'rate-limit', group: 'light', retry_after: 1});
        return (await (await platform.get(OWN, undefined, {handleRateLimit: 1})).json()).id;
    },

    async signOut() {
        const platform = (await signedIn()).platform();
        const token = (await platform.auth().data()).access_token;
        await platform.logout();
        const answer = await fetch(`${info.server}${OWN}`, {headers: {Authorization: `Bearer ${token}`}});
        return answer.status;
    },

    async callLog() {
        const platform = (await signedIn()).platform();
        const dateFrom = new Date(Date.now() - 40 * 86_400_000).toISOString();
        const ids = [];
        let page = await get(platform, `${OWN}/call-log`, {dateFrom, perPage: 20});
        const perPage = page.records.length;
        ids.push(...page.records.map(record => record.id));
        while (page.navigation.nextPage) {
            page = await get(platform, page.navigation.nextPage.uri);
            ids.push(...page.records.map(record => record.id));
        }
        return {perPage, records: ids.length, different: new Set(ids).size};
    },

    async oneRecord() {
        const platform = (await signedIn()).platform();
        const {records: [newest]} = await get(platform, `${OWN}/call-log`, {perPage: 1, view: 'Detailed'});
        return (await get(platform, newest.uri)).id === newest.id;
    },

    async ringOut() {
        const platform = (await signedIn()).platform();
        const began = await ringOut(platform);
        return {first: began.status.callStatus, last: await followed(platform, began)};
    },

    async cancelledRingOut() {
        const platform = (await signedIn()).platform();
        const began = await ringOut(platform);
        return (await platform.delete(began.uri)).status;
    },

    async recovery() {
        const subscription = new Subscriptions({sdk: await signedIn()}).createSubscription();
        const heard = [];
        subscription.on(subscription.events.notification, event => heard.push(...event.body.activeCalls ?? []));
        const registered = await subscription.setEventFilters([`${OWN}/presence?detailedTelephonyState=true`]).register();
        await control('faults', {kind: 'close-push', code: 'WSG-902'});
        const {sessionId} = await control('calls', {direction: 'inbound', from: '+16505550142'});
        await control(`calls/${sessionId}/answer`, {});
        await control(`calls/${sessionId}/hang-up`, {});
        const told = () => heard.filter(leg => leg.sessionId === sessionId).map(leg => leg.telephonyStatus);
        await until(() => told().includes('NoCall'));
        await registered.revoke();
        return told();
    },

    async push() {
        const sdk = await signedIn();
        const subscriptions = new Subscriptions({sdk});
        const subscription = subscriptions.createSubscription();
        const heard = [];
        subscription.on(subscription.events.notification, event => heard.push(...event.body.activeCalls ?? []));
        const registered = await subscription.setEventFilters([`${OWN}/presence?detailedTelephonyState=true`]).register();
        const call = await control('calls', {direction: 'inbound', from: {number: '+16505550142', name: 'Grace'}});
        const leg = await until(() => heard.find(({sessionId}) => sessionId === call.sessionId));
        await control(`calls/${call.sessionId}/hang-up`, {});
        await registered.revoke();
        const gone = (await control('state')).subscriptions.length === 0;
        return {gone, from: leg.from, status: leg.telephonyStatus};
    },
};

const results = {};
for (const [name, step] of Object.entries(steps)) {
    try {
        results[name] = {value: await step()};
    } catch (error) {
        results[name] = {error: `${error.stack ?? error}`};
    }
}
console.log(JSON.stringify(results));
process.exit(0);  // the subscription's timers would keep it alive
