"""All that is kept, with faults in front of it, as one value."""

from dataclasses import dataclass

from authsim import ports
from authsim.lab.worlds.activations import FaultyActivations
from authsim.lab.worlds.gateways import FaultyGateways
from authsim.lab.worlds.lockouts import Standings
from authsim.lab.worlds.logins import FaultyLogins
from authsim.lab.worlds.openings import Openings
from authsim.lab.worlds.posting import Post
from authsim.lab.worlds.pushes import FaultyPushes
from authsim.lab.worlds.sending import SendingEnrolments, SendingFactors, SendingPrompts
from authsim.lab.worlds.sessions import FaultySessions
from authsim.lab.worlds.texts import Carrier, FaultyTexts
from authsim.lab.worlds.users import FaultyUsers, Judged
from authsim.lab.worlds.world import Marks, World


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyStore:
    """`ports.Store`. What no fault is about is the portal's own."""

    instances: ports.Instances
    users: ports.Users
    devices: ports.Devices
    activations: ports.Activations
    logins: ports.Logins
    sessions: ports.Sessions
    audit: ports.Audit
    device_sessions: ports.DeviceSessions
    enrolments: ports.Enrolments
    pushes: ports.Pushes
    texts: ports.Texts
    factors: ports.FactorStore
    prompts: ports.Prompts
    decoys: ports.Decoys
    tallies: ports.Tallies
    tickets: ports.Tickets
    gateways: ports.Gateways


def put_faults_before(world: World, judged: Judged) -> FaultyStore:
    """Return the store of a world's portal with faults in front of it."""
    store = world.portal.store
    requests, texts = Marks(world, "requests"), Marks(world, "texts")
    post, carrier = Post(world, requests), Carrier(world, texts)
    standings, openings = Standings(world), Openings(world)
    return FaultyStore(
        instances=store.instances,
        users=FaultyUsers(world, Marks(world, "users"), standings, judged),
        devices=store.devices,
        activations=FaultyActivations(world),
        logins=FaultyLogins(world, Marks(world, "challenges"), post, standings, openings),
        sessions=FaultySessions(world, Marks(world, "sessions")),
        audit=store.audit,
        device_sessions=store.device_sessions,
        enrolments=SendingEnrolments(world, carrier),
        pushes=FaultyPushes(world, requests, post),
        texts=FaultyTexts(world, texts),
        factors=SendingFactors(world, carrier),
        prompts=SendingPrompts(world, carrier, standings, openings),
        decoys=store.decoys,
        tallies=store.tallies,
        tickets=store.tickets,
        gateways=FaultyGateways(world, Marks(world, "gateways")),
    )
