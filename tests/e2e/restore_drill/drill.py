"""What the restore drills have in common: what operators keep, and callers who work all the while."""

from claims import await_that, expect
from deployment import SERVICES
from documents import receive, send, verifying
from workers import Workers

# So many more are acknowledged before a load is enough.
LEAST = 5


class Drill:
    def __init__(self, deployment):
        self.deployment = deployment
        self.home = deployment.home
        self.numbers = dict.fromkeys(SERVICES, 1)  # Of the log that grows.
        self.letters = self.sent = 0

    # What operators do.

    def published(self, service, number):
        return self.home / service / "data/checkpoints" / (str(number) if number > 1 else "")

    def succeeded(self, service, vkeys):
        """The service's next log was opened, which others know by these keys from now on."""
        self.numbers[service] += 1
        with open(self.deployment.ledger_keys(service), "a") as keys:
            keys.writelines(vkey + "\n" for vkey in vkeys)

    def verify(self, service):
        """All that was ever published, by files and keys alone."""
        for number in range(1, self.numbers[service] + 1):
            folder = self.published(service, number)
            self.deployment.comity(
                "nobody", "ledger", "verify", folder, "--ledger-key", self.deployment.ledger_keys(service)
            )
        expect(True, f"what all logs of {service} published verifies offline")

    # What callers do.

    def decide(self):
        """Records a general decision, which the registry keeps: its name."""
        return self.deployment.ask("fr-1", *self._deciding())["name"]

    def refused_to_decide(self, sentence):
        self.deployment.refused("LEDGER_BEHIND_CHECKPOINT", "fr-1", *self._deciding())
        expect(True, sentence)

    def _deciding(self):
        self.letters += 1
        return "decisions", "record", "authorisation", "--for", "georgia", "--evidence", f"letter-{self.letters}"

    def decisions(self):
        listed = self.deployment.ask("fr-1", "decisions", "list", "--general")
        return {decision["name"] for decision in listed.get("decisions", [])}

    def exchange_document(self):
        """Sends a document and receives it; its name."""
        self.sent += 1
        name = send(self.deployment, f"outgoing-{self.sent}", f"document {self.sent}\n")
        receive(self.deployment, name, f"incoming-{self.sent}")
        return name

    def documents(self):
        listed = self.deployment.ask("desk-1", "documents", "list")
        return {document["name"] for document in listed.get("documents", [])}

    def save_evidence(self, name, folder):
        self.deployment.comity("desk-1", "evidence", "save", name, "--to", self.home / folder)

    def expect_evidence(self, folder, sentence):
        done = self.deployment.comity("nobody", *verifying(self.deployment, self.home / folder), check=False)
        expect(done.returncode == 0, sentence, done.stdout + done.stderr)

    def expect_proofs_of_both(self, document):
        """What was sent before the exchange was restored is proven, and what is sent now, whose name is returned."""
        self.expect_evidence("evidence-before", "evidence that was saved before verifies")
        self.save_evidence(document, "evidence-again")
        self.expect_evidence("evidence-again", "and is given again, proven by the old log")
        new = self.exchange_document()
        self.save_evidence(new, "evidence-new")
        self.expect_evidence("evidence-new", "a new document is proven by the new log")
        return new

    def expect_kept_and_lost(self, load):
        found = self.decisions()
        expect(load.before <= found, "what was acknowledged before the backup is read again")
        expect(load.lost and not load.lost & found, "what came after it is lost")


class Load(Workers):
    """Records decisions at the registry all the while; use with `with`."""

    def __init__(self, drill):
        super().__init__()
        self.drill = drill
        self.acknowledged = []

    def __enter__(self):
        self.work(self._decide)
        try:
            self._go_on()
        except BaseException:
            self.stop()
            raise
        self.before = set(self.acknowledged)
        return self

    def __exit__(self, *_):
        self.stop()
        self.check()

    def backed_up(self):
        """What is acknowledged from now on, the backup does not have."""
        self.begun = len(self.acknowledged)
        self._go_on()

    @property
    def lost(self):
        # What was under way when the backup ended may be in it.
        return set(self.acknowledged[self.begun + 1 :])

    def _go_on(self):
        def count():
            self.check()
            return len(self.acknowledged)

        enough = count() + LEAST
        await_that(count, lambda acknowledged: acknowledged >= enough, "decisions are recorded", seconds=60, pause=0.05)

    def _decide(self):
        while not self.over.is_set():
            self.acknowledged.append(self.drill.decide())
