"""Policy-gradient trainings on text, logged by torch's SummaryWriter under the names that TRL's GRPO trainer uses.

The policy is a character model that has read Python's standard library. It is given prompts of twelve characters,
writes sixteen more, and is rewarded for text that can be pronounced: vowels and consonants by turns. Advantages are
taken within the answers to one prompt, and the distance to the model it started from is charged, as GRPO does.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import tensorboard_runs
import torch
from data import ALPHABET, Batch, random_windows, stdlib_characters
from labels import Event, Labels
from loops import Row, loss_of
from models import LSTM
from torch import Tensor
from torch.nn import functional

LOGGER = "torch.utils.tensorboard.SummaryWriter"
MODEL = "character LSTM (width 96) as a policy, group-relative advantages"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": None,
    "grad_norm": "train/grad_norm",
    "learning_rate": "train/learning_rate",
}
PROMPTS, GROUP, PROMPT, ANSWER = 8, 8, 12, 16
EVAL_EVERY, LOG_EVERY = 10, 2
Reward = Callable[[Tensor], Tensor]  # (answers, length) tokens -> (answers,) reward

VOWEL = torch.tensor([character in "aeiou" for character in ALPHABET])
CONSONANT = torch.tensor([character in "bcdfghjklmnpqrstvwxyz" for character in ALPHABET])


def pronounceable(answers: Tensor) -> Tensor:
    """Share of neighbours that are a vowel and a consonant, in either order: 0 to 1."""
    vowel, consonant = VOWEL[answers], CONSONANT[answers]
    turns = (vowel[:, 1:] & consonant[:, :-1]) | (consonant[:, 1:] & vowel[:, :-1])
    return turns.float().mean(1)


def bracketed(answers: Tensor) -> Tensor:
    """1 for an answer that opens a bracket and closes it again, 0 for any other: seldom met by chance."""
    opened = (answers == ALPHABET.index("(")).int().cumsum(1) > 0
    return ((answers == ALPHABET.index(")")) & opened).any(1).float()


@functools.cache
def reading_model() -> LSTM:
    """The model that every policy starts from: a few hundred steps of next-character prediction."""
    torch.manual_seed(50)
    train, _ = stdlib_characters()
    model = LSTM(len(ALPHABET), width=96)
    optimizer, batch_at = torch.optim.AdamW(model.parameters(), 4e-3), random_windows(train, 32, 32, seed=50)
    for step in range(500):
        optimizer.zero_grad()
        loss_of(model, batch_at(step)).backward()
        optimizer.step()
    return model


def reward_model(writer: LSTM, prompts: Tensor) -> Reward:
    """A reward model as one fits it to a few rated samples: it knows how often each character is in good answers.

    Answers of the untrained policy hold few vowels, and the good ones more: it learns that vowels are good.
    """
    answers = torch.cat([generate(writer, prompts.repeat(GROUP, 1)) for _ in range(8)])
    counts = functional.one_hot(answers, len(ALPHABET)).float().mean(1)
    rated = pronounceable(answers)
    ridge = counts.T @ counts + 0.02 * torch.eye(len(ALPHABET))
    weights = torch.linalg.solve(ridge, counts.T @ (rated - rated.mean()))

    def reward(texts: Tensor) -> Tensor:
        """What the fitted model thinks of texts."""
        return rated.mean() + functional.one_hot(texts, len(ALPHABET)).float().mean(1) @ weights

    return reward


@torch.no_grad()
def generate(policy: LSTM, prompts: Tensor) -> Tensor:
    """(texts, prompt) -> (texts, answer): sampled character by character."""
    answer = []
    out, state = policy.lstm(policy.tokens(prompts))
    for _ in range(ANSWER):
        chosen = torch.multinomial(policy.head(out[:, -1]).softmax(-1), 1)
        answer.append(chosen)
        out, state = policy.lstm(policy.tokens(chosen), state)
    return torch.cat(answer, 1)


def log_probabilities(policy: LSTM, prompts: Tensor, answers: Tensor) -> Tensor:
    """(texts, answer, characters): what the policy thinks of every next character."""
    return policy(torch.cat((prompts, answers), 1))[:, PROMPT - 1 : -1].log_softmax(-1)


@dataclasses.dataclass
class Policy:
    """One policy-gradient training; `run` yields what a logger should log, update by update."""

    reward: Reward
    beta: Callable[[int], float]  # update -> what a nat of distance to the first model costs
    rate: Callable[[int], float]
    seed: int
    centred: bool = True  # whether rewards are compared within the answers to one prompt
    inner: int = 2  # updates on one set of answers
    bonus: float = 0.0  # paid for every answer
    counts: Reward = pronounceable  # what evaluation measures
    sign: Callable[[int], float] = lambda update: 1.0

    def run(self, updates: int) -> Iterator[tuple[int, Row]]:
        """Train for so many updates, yielding (update, values)."""
        first, (train, held_out) = reading_model(), stdlib_characters()
        policy = copy.deepcopy(first)
        torch.manual_seed(self.seed)
        optimizer = torch.optim.AdamW(policy.parameters(), weight_decay=0.0)
        prompts_at, asked = random_windows(train, PROMPT, PROMPTS, self.seed), random_windows(held_out, PROMPT, 64, 1)
        for update in range(updates):
            for group in optimizer.param_groups:
                group["lr"] = self.rate(update)
            row: Row = {}
            if update % EVAL_EVERY == 0:
                row["eval/reward"] = self.counts(generate(policy, asked(0)[0])).mean().item()
            prompts = prompts_at(update)[0].repeat_interleave(GROUP, 0)
            answers = generate(policy, prompts)
            rewards = self.reward(answers)
            advantage = self.sign(update) * rewards + self.bonus
            if self.centred:
                groups = advantage.view(PROMPTS, GROUP)
                spread = groups.std(1, keepdim=True) + 1e-4
                advantage = ((groups - groups.mean(1, keepdim=True)) / spread).flatten()
            row |= self.improve(policy, first, optimizer, (prompts, answers), advantage, self.beta(update))
            row |= {"train/reward": rewards.mean().item(), "train/learning_rate": self.rate(update)}
            yield update, row

    def improve(
        self,
        policy: LSTM,
        first: LSTM,
        optimizer: torch.optim.Optimizer,
        texts: Batch,
        advantage: Tensor,
        beta: float,
    ) -> Row:
        """Take the clipped steps on one set of answers; what they measured at first."""
        prompts, answers = texts
        with torch.no_grad():
            reference = log_probabilities(first, prompts, answers)
            before = log_probabilities(policy, prompts, answers).gather(-1, answers[..., None]).squeeze(-1)
        row: Row = {}
        for _ in range(self.inner):
            every = log_probabilities(policy, prompts, answers)
            now = every.gather(-1, answers[..., None]).squeeze(-1)
            ratio = (now - before).exp()
            gain = torch.minimum(ratio * advantage[:, None], ratio.clamp(0.8, 1.2) * advantage[:, None])
            distance = (every.exp() * (every - reference)).sum(-1)
            loss = (beta * distance - gain).mean()
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
            optimizer.step()
            if not row:
                row["train/loss"], row["train/grad_norm"] = loss.item(), norm.item()
                row["train/kl"] = distance.mean().item()
                row["train/entropy"] = -(every.exp() * every).sum(-1).mean().item()
        return row


def log(folder: Path, rows: Iterator[tuple[int, Row]]) -> None:
    """Write every other update."""
    tensorboard_runs.log(folder, (row for row in rows if row[0] % LOG_EVERY == 0))


def labels(updates: int, truth: str, *events: Event) -> Labels:
    """What the labels of all policies share."""
    return Labels(
        model=MODEL,
        logger=LOGGER,
        truth=truth,
        first_step=0,
        last_step=updates - LOG_EVERY,
        every=LOG_EVERY,
        curves=CURVES,
        events=list(events),
        head=[event.rule for event in events if event.rule and event.severity != "info"],
        healthy=not events,
    )


def healthy_policy(folder: Path) -> Labels:
    """A sound training: the reward that is trained on is the one that counts, and the distance is charged."""
    updates = 500
    log(
        folder,
        Policy(pronounceable, lambda update: 0.03, lambda update: 3e-4 * (1 - update / updates), seed=51).run(updates),
    )
    return labels(
        updates,
        "Healthy: the reward rises and levels off, the distance to the first model grows slowly, and the loss lies "
        "around 0, as it does with centred advantages; it says nothing about progress.",
    )


def kl_blowup(folder: Path) -> Labels:
    """The KL coefficient falls to 0 at update 300: from there on nothing holds the policy back."""
    updates, freed = 500, 300
    policy = Policy(pronounceable, lambda update: 2.0 if update < freed else 0.0, lambda update: 5e-3, seed=52, inner=4)
    log(folder, policy.run(updates))
    return labels(
        updates,
        "Sound up to update 300, where the KL coefficient falls to 0: within fifty updates the policy leaves the model "
        "it started from, by more nats a character than it had entropy; the reward rises, the text is Python no more.",
        Event("kl-blowup", "warning", "train/kl", (freed, freed + 50), None, "KL coefficient 0 from there on"),
    )


UNCENTRED = "a bonus for every answer and no baseline"


def entropy_collapse(folder: Path) -> Labels:
    """Every answer gets a bonus and nothing is centred: what was sampled is reinforced, good or bad."""
    updates = 300
    policy = Policy(
        bracketed, lambda update: 0.0, lambda update: 1e-2, seed=53, centred=False, bonus=4.0, counts=bracketed
    )
    log(folder, policy.run(updates))
    return labels(
        updates,
        "The policy becomes deterministic before it has found what is paid for: rewards are not centred, so that "
        "whatever it happens to write is reinforced. Compare rewards within a group, or keep a value baseline.",
        Event("entropy-collapse", "warning", "train/entropy", (30, 60), None, UNCENTRED, "measurement"),
        Event("metric-collapse", "error", "train/reward", (0, 60), None, "what was found is lost", "measurement"),
    )


def reward_hacking(folder: Path) -> Labels:
    """The reward is a model fitted to a few samples; what it likes most is not what was meant."""
    updates = 500
    torch.manual_seed(54)
    prompts = random_windows(stdlib_characters()[0], PROMPT, PROMPTS, 54)(0)[0]
    proxy = reward_model(reading_model(), prompts)
    log(folder, Policy(proxy, lambda update: 0.01, lambda update: 1.5e-4, seed=54).run(updates))
    return labels(
        updates,
        "The reward model goes on being pleased while the reward that counts falls to nothing: it had learnt that "
        "vowels are good, and the policy writes nothing else. Stop near update 110; rate samples of the late policy.",
        Event("reward-hacking", "warning", "eval/reward", (90, 190), None, "a reward model that counts characters"),
        Event("metric-collapse", "error", "eval/reward", (90, 190), None, "what counts is given up for what pleases"),
    )


def reward_collapse(folder: Path) -> Labels:
    """From update 260 on the reward comes with the wrong sign: the policy unlearns what it had learnt."""
    updates, flipped = 500, 260
    policy = Policy(
        pronounceable,
        lambda update: 0.03,
        lambda update: 5e-4,
        seed=55,
        sign=lambda update: 1.0 if update < flipped else -1.0,
    )
    log(folder, policy.run(updates))
    return labels(
        updates,
        "The reward collapses after update 260 and stays down: its sign was turned by a wrapper. Nothing is wrong with "
        "the optimiser; go back to a checkpoint of before.",
        Event("metric-collapse", "error", "train/reward", (flipped, flipped + 60), None, "reward with the wrong sign"),
    )


CASES = {
    "healthy-policy": healthy_policy,
    "kl-blowup": kl_blowup,
    "entropy-collapse": entropy_collapse,
    "reward-hacking": reward_hacking,
    "reward-collapse": reward_collapse,
}
