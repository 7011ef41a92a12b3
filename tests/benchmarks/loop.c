/* Sigmoid units without an output bias, 500 points at most: the plain loops that a compiler makes the best of. */
#include <math.h>
#include <string.h>

void train(int n, int h, int iterations, const double *restrict x0, const double *restrict x1,
           const double *restrict y, double *restrict W1, double *restrict W2, double rate,
           double *restrict losses, double *restrict accuracies)
{
    double A[16][512], q[512], p[512];
    for (int it = 0; it < iterations; it++) {
        memset(q, 0, sizeof q);
        for (int j = 0; j < h; j++)
            for (int i = 0; i < n; i++) {
                A[j][i] = 1 / (1 + exp(-(W1[j] * x0[i] + W1[h + j] * x1[i] + W1[2 * h + j])));
                q[i] += W2[j] * A[j][i];
            }
        double loss = 0, right = 0, product = 1; /* of 500 factors from 1/2 to 1: still above 0 */
        for (int i = 0; i < n; i++)
            p[i] = 1 / (1 + exp(-q[i]));
        for (int i = 0; i < n; i++) {
            loss += fmax((1 - 2 * y[i]) * q[i], 0);
            product *= 1 / (1 + exp(-fabs(q[i])));
            right += (q[i] >= 0) == (y[i] > 0);
        }
        for (int j = 0; j < h; j++) {
            double g0 = 0, g1 = 0, g2 = 0, g = 0;
            for (int i = 0; i < n; i++) {
                double e = p[i] - y[i], d = e * A[j][i] * (1 - A[j][i]);
                g0 += x0[i] * d;
                g1 += x1[i] * d;
                g2 += d;
                g += e * A[j][i];
            }
            W1[j] -= rate * W2[j] * g0;
            W1[h + j] -= rate * W2[j] * g1;
            W1[2 * h + j] -= rate * W2[j] * g2;
            W2[j] -= rate * g;
        }
        losses[it] = (loss - log(product)) / n;
        accuracies[it] = right / n;
    }
}
