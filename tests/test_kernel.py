"""The kernel against Monte Carlo and its formula, its flow against gradient descent in a loop."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

from scorelab import KernelFlow, NetworkPath, OrnsteinUhlenbeck, Regression, TwoLayerNet, ntk
from scorelab.fused.ntk import Columns
from scorelab.kernel import blockwise_ntk, largest_eigenvalue

PROCESS = OrnsteinUhlenbeck()


def seed(number: int = 0) -> Generator:
    return Generator().manual_seed(number)


def double(*shape: int, number: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=seed(number))


def regression(n: int, dim: int = 2, number: int = 0) -> Regression:
    return PROCESS.regression(double(n, dim, number=number), generator=seed(number + 1))


def features(data: Regression) -> Tensor:
    return PROCESS.features(data.t, data.x_t)


def formula(z1: Tensor, z2: Tensor) -> Tensor:
    """z·z' (π − angle) / (2π), the angle in Kahan's way, exact also where it is small."""
    unit1, unit2 = (z / z.norm(dim=1, keepdim=True) for z in (z1, z2))
    apart, along = (unit1[:, None] - unit2).norm(dim=2), (unit1[:, None] + unit2).norm(dim=2)
    return (z1 @ z2.T) * (math.pi - 2 * torch.atan2(apart, along)) / (2 * math.pi)


def test_the_kernel_is_the_mean_over_gaussian_weights() -> None:
    # With signs of mean square one: z·z' P(w·z > 0 and w·z' > 0) for w ~ N(0, I).
    z, w = double(6, 4), double(400_000, 4, number=1)
    on = (w @ z.T > 0).double()
    torch.testing.assert_close(ntk(z, z), (z @ z.T) * (on.T @ on) / len(w), atol=0.02, rtol=0)


@pytest.mark.parametrize("kernel", [ntk, blockwise_ntk])
@pytest.mark.parametrize("p", [1, 3, 4, 16])
def test_every_route_is_the_formula(kernel, p: int) -> None:
    for n1, n2 in ((1, 1), (5, 1300), (300, 7)):  # below and above a block, and no multiple
        z1, z2 = double(n1, p), double(n2, p, number=1)
        torch.testing.assert_close(kernel(z1, z2), formula(z1, z2), atol=1e-7, rtol=1e-9)


@pytest.mark.parametrize("kernel", [ntk, blockwise_ntk])
def test_float32_in_is_float32_out(kernel) -> None:
    z1, z2 = double(50, 4), double(200, 4, number=1)
    found = kernel(z1.float(), z2.float())
    assert found.dtype == torch.float32 and found.shape == (50, 200)
    torch.testing.assert_close(found.double(), formula(z1, z2), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kernel", [ntk, blockwise_ntk])
def test_special_angles_have_their_exact_values(kernel) -> None:
    z = torch.tensor([[3.0, 0.0], [0.0, 2.0], [-1.5, 0.0], [0.0, 0.0], [1.0, 1.0]]).double()
    wanted = torch.zeros(5, 5, dtype=torch.float64)
    wanted[0, 0], wanted[1, 1], wanted[2, 2], wanted[4, 4] = 4.5, 2.0, 1.125, 1.0  # ‖z‖²/2
    for i, j, dot, angle in ((0, 4, 3.0, 0.25), (1, 4, 2.0, 0.25), (2, 4, -1.5, 0.75)):
        wanted[i, j] = wanted[j, i] = dot * (1 - angle) / 2  # angles in units of π
    torch.testing.assert_close(kernel(z, z), wanted, atol=1e-7, rtol=1e-7)


def test_nearly_parallel_features_keep_their_angle() -> None:
    # u = cos 1e-4 differs from one by 5e-9: float64 arithmetic must resolve the angle.
    angle = torch.tensor([1e-4, 1e-3, 0.1, math.pi - 1e-3], dtype=torch.float64)
    z = torch.stack((angle.cos(), angle.sin()), 1)
    wanted = angle.cos() * (math.pi - angle) / (2 * math.pi)
    found = ntk(torch.tensor([[1.0, 0.0]], dtype=torch.float64), z)[0]
    torch.testing.assert_close(found, wanted, atol=1e-11, rtol=0)


def test_nearly_parallel_features_keep_their_angle_in_float32() -> None:
    # Here 1 − u, made in float32, would have lost all its digits or half of them.
    angle = torch.tensor([1e-4, 1e-3, 0.1, 1.0, math.pi - 0.1, math.pi - 1e-3])
    z = torch.stack((angle.cos(), angle.sin()), 1)
    wanted = formula(z[:1].double(), z.double())
    torch.testing.assert_close(ntk(z[:1], z).double(), wanted, atol=2e-7, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_along_itself_the_kernel_is_half_the_square_to_the_last_digits(dtype) -> None:
    """κ(z, c z) = c‖z‖²/2 for c > 0: a cosine of 1 but for rounding would cost half the digits."""
    z = torch.randn(300, 7, generator=torch.Generator().manual_seed(0)).to(dtype)
    half = z.double().square().sum(1) / 2
    near = {"atol": 0, "rtol": 4 * torch.finfo(dtype).eps}
    torch.testing.assert_close(ntk(z, z).diagonal().double(), half, **near)
    torch.testing.assert_close(ntk(z, 3 * z).diagonal().double(), 3 * half, **near)


@settings(max_examples=30)
@given(st.floats(1e-6, 1e6), st.integers(1, 12), st.integers(1, 6))
def test_the_kernel_is_symmetric_and_scales_with_its_arguments(c: float, n: int, p: int) -> None:
    z = double(n, p, number=n)
    gram = ntk(z, z)
    assert gram.shape == (n, n)
    torch.testing.assert_close(gram, gram.T)
    torch.testing.assert_close(ntk(c * z, z), c * gram, atol=1e-7 * c, rtol=0)


def test_the_kernel_is_positive_semidefinite() -> None:
    assert torch.linalg.eigvalsh(ntk(double(200, 4), double(200, 4))).min() > -1e-10


def test_a_product_without_the_gram_matrix_is_one_with_it() -> None:
    z1, z2, c = double(41, 5), double(130, 5, number=1), double(130, 3, number=2)
    torch.testing.assert_close(Columns(z2).product(z1, c), formula(z1, z2) @ c)


@pytest.mark.parametrize("dim", [1, 2, 14])
def test_power_iteration_finds_the_largest_eigenvalue(dim: int) -> None:
    z = features(regression(150, dim))
    exact = float(torch.linalg.eigvalsh(formula(z, z) / 150).max())
    assert largest_eigenvalue(z) == pytest.approx(exact, rel=1e-6)
    assert largest_eigenvalue(z.float()) == pytest.approx(exact, rel=1e-5)


@pytest.mark.slow
def test_power_iteration_beyond_what_is_stored() -> None:
    # Repeated rows change nothing in the spectrum of K/n, so the small matrix tells the answer.
    few = features(regression(40))
    assert len(few.repeat(103, 1)) > 4096
    assert largest_eigenvalue(few.repeat(103, 1)) == pytest.approx(largest_eigenvalue(few))


def iterate(data: Regression, step_size: float, steps: int, query: Tensor) -> tuple[Tensor, Tensor]:
    """Kernel gradient descent from zero as a loop: predictions on the data and at the queries."""
    z = features(data)
    gram, cross = formula(z, z), formula(query, z)
    here, there = torch.zeros_like(data.x_0), torch.zeros(len(query), data.x_0.shape[1]).double()
    for _ in range(steps):
        residual = here - data.x_0
        here = here - step_size * gram @ residual / len(z)
        there = there - step_size * cross @ residual / len(z)
    return here, there


@pytest.mark.parametrize("share", [0.3, 1.0, 1.5, 1.99])
def test_the_flow_is_kernel_gradient_descent(share: float) -> None:
    # Above 1/λ_max the leading directions overshoot and alternate in sign.
    data, queries = regression(40), regression(15, number=5)
    z = features(data)
    step_size = share / float(torch.linalg.eigvalsh(formula(z, z) / 40).max())
    flow = KernelFlow(PROCESS, data, step_size)
    replay = flow.replay(queries.t, queries.x_t)
    for steps in (0, 1, 2, 3, 10, 301):
        here, there = iterate(data, step_size, steps, features(queries))
        close = {"atol": 1e-6, "rtol": 1e-6}  # arccos near one is good to 1e-8
        torch.testing.assert_close(flow.at(steps)(data.t, data.x_t), here, **close)
        torch.testing.assert_close(flow.at(steps)(queries.t, queries.x_t), there, **close)
        torch.testing.assert_close(replay(steps), there, **close)
        smoothed = flow.vectors @ (flow.fitted(steps)[:, None] * flow.projections)
        torch.testing.assert_close(smoothed, here, **close)
        loss = float((here - data.x_0).square().sum() / 80)
        assert flow.train_loss(steps) == pytest.approx(loss, rel=1e-6)


def test_at_infinity_the_flow_interpolates() -> None:
    data, queries = regression(40), regression(15, number=5)
    flow, z = KernelFlow(PROCESS, data), features(data)
    wanted = formula(features(queries), z) @ torch.linalg.solve(formula(z, z), data.x_0)
    found = flow.at(math.inf)(queries.t, queries.x_t)
    torch.testing.assert_close(found, wanted, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(flow.replay(queries.t, queries.x_t)(math.inf), found)
    assert flow.train_loss(math.inf) < 1e-20
    torch.testing.assert_close(flow.at(10**9)(queries.t, queries.x_t), found, atol=1e-4, rtol=1e-4)


def test_at_infinity_repeated_inputs_get_the_mean_of_their_labels() -> None:
    once = regression(20)
    data = Regression(once.t.repeat(2), once.x_t.repeat(2, 1), double(40, 2, number=3))
    flow, z = KernelFlow(PROCESS, data), features(data)
    mean = (data.x_0[:20] + data.x_0[20:]) / 2
    torch.testing.assert_close(flow.at(math.inf)(once.t, once.x_t), mean, atol=1e-6, rtol=1e-6)
    pseudo = torch.linalg.pinv(formula(z, z), rcond=1e-12, hermitian=True) @ data.x_0
    wanted = formula(z, z) @ pseudo
    torch.testing.assert_close(flow.at(math.inf)(data.t, data.x_t), wanted, atol=1e-6, rtol=1e-6)
    left = float((mean.repeat(2, 1) - data.x_0).square().sum() / 80)
    assert flow.train_loss(math.inf) == pytest.approx(left, rel=1e-6)
    assert flow.train_loss(10**9) == pytest.approx(left, rel=1e-4)
    assert flow.train_loss(1e20) == pytest.approx(left, rel=1e-6)
    late = flow.at(10**9)(once.t, once.x_t)
    torch.testing.assert_close(late, mean, atol=1e-4, rtol=1e-4)


def test_small_eigenvalues_keep_their_digits() -> None:
    flow, getcontext().prec = KernelFlow(PROCESS, regression(5)), 60
    values = [1.0, 1e-3, 1e-9, 1e-17, 0.0]
    flow.eigenvalues, flow.step_size = torch.tensor(values, dtype=torch.float64), 1.5
    for steps in (1, 2, 1001, 10**7):
        exact = [float(1 - (1 - Decimal("1.5") * Decimal(v)) ** steps) for v in values]
        assert flow.fitted(steps).tolist() == pytest.approx(exact, rel=1e-9, abs=0)


def test_eigenvalues_descend_and_sum_to_the_trace() -> None:
    data = regression(60)
    flow = KernelFlow(PROCESS, data)
    assert len(flow) == 60 and (flow.eigenvalues.diff() <= 0).all()
    half_square = features(data).square().sum(1).mean() / 2
    torch.testing.assert_close(flow.eigenvalues.sum(), half_square)
    assert flow.step_size == pytest.approx(1 / float(flow.eigenvalues[0]))


@settings(max_examples=15)
@given(st.permutations(range(23)), st.sampled_from([1, 30, 10**5]))
def test_the_order_of_the_data_does_not_matter(order: list[int], step: int) -> None:
    data, queries = regression(23), regression(9, number=5)
    shuffled = Regression(data.t[order], data.x_t[order], data.x_0[order])
    one, other = (KernelFlow(PROCESS, d).at(step) for d in (data, shuffled))
    torch.testing.assert_close(
        other(queries.t, queries.x_t), one(queries.t, queries.x_t), atol=1e-8, rtol=1e-8
    )


def test_predictions_have_the_type_of_the_query() -> None:
    data, queries = regression(20), regression(9, number=5)
    flow = KernelFlow(PROCESS, data)
    t, x = queries.t.float(), queries.x_t.float()
    for narrow in (flow.at(10)(t, x), flow.replay(t, x)(10)):
        assert narrow.dtype == torch.float32 and narrow.shape == (9, 2)
        torch.testing.assert_close(narrow, flow.at(10)(queries.t, queries.x_t).float())


def test_wide_networks_follow_the_flow() -> None:
    # The distance after as many steps falls as width^−½: by 4 from 256 to 4096.
    double_data = regression(60)
    data = Regression(double_data.t.float(), double_data.x_t.float(), double_data.x_0.float())
    wanted = KernelFlow(PROCESS, data).at(50)(data.t, data.x_t)

    def distance(width: int, number: int) -> float:
        net = TwoLayerNet(PROCESS, 2, width, generator=seed(number))
        found = NetworkPath.record(net, data, [50]).at(50)(data.t, data.x_t)
        return float((found - wanted).norm() / wanted.norm())

    narrow, wide = (sum(distance(m, k) for k in range(4)) for m in (256, 4096))
    assert 2.5 < narrow / wide < 6.5 and wide / 4 < 0.1


FLOW = KernelFlow(PROCESS, regression(10))
NAN = torch.tensor([[math.nan, 1.0]])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: ntk(torch.ones(3, 4), torch.ones(3, 5)), r"z2\.shape=\(3, 5\): must be .* d = 4"),
        (lambda: ntk(torch.ones(4), torch.ones(3, 4)), r"z1\.shape=\(4,\): must be \(n, d\)"),
        (lambda: ntk(NAN, NAN), "z1='tensor with 1 NaN or infinite values': must be finite"),
        (lambda: FLOW.at(-1), "step=-1: must be a whole number of steps ≥ 0, or inf"),
        (lambda: FLOW.at(0.5), r"step=0\.5: must be a whole number of steps ≥ 0, or inf"),
        (lambda: FLOW.at(math.nan), "step=nan: must be a whole number of steps ≥ 0, or inf"),
        (lambda: FLOW.train_loss(-2), "step=-2: must be a whole number of steps ≥ 0, or inf"),
        (lambda: KernelFlow(PROCESS, regression(9), 0), "step_size=0: must be a finite number ab"),
        (lambda: FLOW.at(1)(torch.ones(3), torch.ones(3, 1)), r"z\.shape=\(3, 3\): must be \(3, 4"),
        (lambda: FLOW.at(1)(torch.ones(3), torch.ones(3, 5)), r"z\.shape=\(3, 7\): must be \(3, 4"),
        (lambda: FLOW.at(1)(torch.ones(2), torch.ones(3, 2)), r"t\.shape=\(2,\): must be \(3,\)"),
        (lambda: FLOW.replay(torch.ones(3), torch.ones(3, 1)), r".*\.shape=.*: must be"),
    ],
)
def test_bad_input_is_named(action, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        action()


def test_predictions_at_all_stops_are_those_at_each() -> None:
    data, queries = regression(25), regression(8, number=5)
    for flow in (
        KernelFlow(PROCESS, data),
        KernelFlow(PROCESS, data, 1.6 / float(FLOW.eigenvalues[0])),
    ):
        replay = flow.replay(queries.t, queries.x_t)
        found = flow.predict(queries.t, queries.x_t)
        assert found.shape == (len(flow.stops), 8, 2)
        for prediction, stop in zip(found, flow.stops, strict=True):
            torch.testing.assert_close(prediction, replay(stop), rtol=1e-9, atol=1e-9)
        for left, stop in zip(flow.left_at_stops.T, flow.stops, strict=True):
            torch.testing.assert_close(1 - left, flow.fitted(stop), rtol=1e-12, atol=1e-12)


def test_a_matrix_beyond_the_memory_says_what_would_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorelab.devices.LITTLE", 0)
    monkeypatch.setattr("scorelab.devices.free_memory", lambda device: 40 * 12**2)
    KernelFlow(PROCESS, regression(12))
    with pytest.raises(ValueError, match=r"^len\(data\)=13: needs 0\.0 GB .* n = 12 would fit$"):
        KernelFlow(PROCESS, regression(13))


@pytest.mark.parametrize("share", [2.0001, 5.0])
def test_a_step_size_that_diverges_says_the_largest_stable_one(share: float) -> None:
    data, top = regression(10), float(FLOW.eigenvalues[0])
    with pytest.raises(ValueError, match=r"^step_size=\d.*: must be below 2/λ_max = ") as error:
        KernelFlow(PROCESS, data, share / top)
    assert f"{2 / top:.4g}, the largest stable step size" in str(error.value)


def test_other_labels_on_the_same_inputs_need_no_new_decomposition() -> None:
    data, labels = regression(40), double(40, 2, number=9)
    flow = KernelFlow(PROCESS, data)
    other = flow.with_labels(labels)
    anew = KernelFlow(PROCESS, Regression(data.t, data.x_t, labels))
    for step in (0, 7, 1000, math.inf):
        ours, theirs = (each.at(step)(data.t, data.x_t) for each in (other, anew))
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(flow.labels, data.x_0)  # the flow itself keeps its own
    with pytest.raises(ValueError, match=r"labels.shape=\(40, 1\): must be \(40, 2\)"):
        flow.with_labels(labels[:, :1])
